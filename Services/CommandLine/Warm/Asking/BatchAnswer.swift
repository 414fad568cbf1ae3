import Text

/// What a gateway says of one clip of a batch.
enum BatchAnswer: Equatable, Sendable {
    case ready
    case pending
    /// Not now: it is to be asked for again after so long.
    case later(Duration, why: String)
    /// Not at all.
    case failed(reason: String, detail: String)
    /// Nobody without another key will have it made.
    case unauthorized(detail: String)

    /// The longest that a gateway's word is taken for.
    static let longestPause = Duration.seconds(3600)

    /// - Returns: nil for what is no answer to a batch of so many clips.
    static func read(_ body: [UInt8], of count: Int) -> [BatchAnswer]? {
        let limits = JSONValue.Limits(depth: 8, values: 20_000)
        guard case .object(let answer)? = try? JSONValue(parsing: body, limits: limits),
            case .array(let entries)? = answer["clips"], entries.count == count
        else { return nil }
        var answers: [BatchAnswer] = []
        for entry in entries {
            guard case .object(let fields) = entry, let answer = BatchAnswer(fields) else { return nil }
            answers.append(answer)
        }
        return answers
    }

    private init?(_ fields: [String: JSONValue]) {
        if case .string? = fields["clip_url"] {
            self = .ready
            return
        }
        switch fields["status"] {
        case .string("pending")?: self = .pending
        case .integer(let status)?:
            let (reason, detail) = (Self.text(fields["reason"]), Self.text(fields["detail"]))
            switch status {
            case 401, 403: self = .unauthorized(detail: detail)
            case 429, 502, 503, 504:
                self = .later(Self.pause(fields["retry_after_seconds"]), why: "\(reason): \(detail)")
            default: self = .failed(reason: reason, detail: detail)
            }
        default: return nil
        }
    }

    private static func pause(_ value: JSONValue?) -> Duration {
        guard case .integer(let seconds)? = value, seconds > 0 else { return .seconds(5) }
        return min(.seconds(min(seconds, 86_400)), longestPause)
    }

    private static func text(_ value: JSONValue?) -> String {
        if case .string(let text)? = value { SafeText.line(text, limit: 500) } else { "" }
    }
}
