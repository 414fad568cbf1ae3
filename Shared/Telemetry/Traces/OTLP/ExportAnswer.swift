import FoundationEssentials
import HTTPClient
import Text

/// What a receiver of spans said to an export.
///
/// Source: [OTLP/HTTP Response](https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
enum ExportAnswer: Equatable {
    /// - Parameter rejected: of the spans, with what the receiver says about them.
    case taken(rejected: Int, message: String)
    /// The same request may succeed later, not before `after` where the receiver says it.
    case later(after: Duration?)
    /// The same request would be refused again.
    case refused(status: Int)

    /// The body of an answer is small.
    static let mostBytes = 64 << 10

    /// - Parameter now: for a `Retry-After` that names a time of day.
    init(status: Int, headers: HTTPHeaders, body: [UInt8], now: WallTime) {
        switch status {
        case 200..<300:
            let partial = (try? JSONDecoder().decode(Partial.self, from: Data(body)))?.partialSuccess
            self = .taken(rejected: partial?.rejected ?? 0, message: partial?.errorMessage ?? "")
        case 429, 502, 503, 504: self = .later(after: headers.retryAfter(now: now))
        default: self = .refused(status: status)
        }
    }

    private struct Partial: Decodable {
        struct Success: Decodable {
            let rejectedSpans: Count?
            let errorMessage: String?
            var rejected: Int { rejectedSpans?.number ?? 0 }
        }

        let partialSuccess: Success?
    }

    /// A 64-bit number is a text in protobuf's JSON, and some senders write it as a number all the same.
    private struct Count: Decodable {
        let number: Int

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            number = try (try? value.decode(Int.self)) ?? Int(value.decode(String.self)) ?? 0
        }
    }
}
