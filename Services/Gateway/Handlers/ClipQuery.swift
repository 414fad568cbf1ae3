import Domain
import HTTPServer
import Text

/// Reads what a client asks for, and names everything that is wrong with it at once.
struct ClipQuery: Sendable {
    let longestClip: Duration
    let defaultDuration: Duration

    /// What was asked for, and whether `Accept` had a say in it.
    typealias Asked = (id: ClipID, isNegotiated: Bool)

    /// The clip of `GET /api/v1/audio_clips/{episode}?start_time_ms=&duration_ms=&format=`.
    ///
    /// - Parameter accept: read only for `format=auto`.
    func clip(
        rawEpisode: Substring, rawQuery: String?, accept: @autoclosure () -> String? = nil
    ) throws(Problem) -> Asked {
        var faults: [ParameterFault] = []
        let episode = collect(&faults, decodedEpisode(rawEpisode))
        let query: Query
        do throws(Query.Fault) { query = try Query(raw: rawQuery) } catch {
            throw .badParameters(faults + [.init("query", "is not percent-encoded UTF-8")])
        }
        for name in query.repeated where ["start_time_ms", "duration_ms", "format"].contains(name) {
            faults.append(.init(name, "must be given once"))
        }
        faults += Self.misspelt(query.pairs.map(\.name))
        let start = Number(query["start_time_ms"])
        let duration = Number(query["duration_ms"])
        let word = query["format"]
        let isNegotiated = word == ClipFormatWord.auto
        var format = word.map(ClipFormatWord.known) ?? .some(.mp3)
        var refusal: Problem?
        if isNegotiated {
            do throws(Problem) { format = try FormatChoice.format(accept: accept()) } catch {
                // Whatever else is wrong is named first: those parameters would be wrong in any format.
                faults += error.parameters
                refusal = error
                format = .mp3
            }
        }
        let id = try assemble(episode, start, duration, format, &faults, otherFormats: ", \(ClipFormatWord.auto)")
        if let refusal { throw refusal }
        return (id, isNegotiated)
    }

    /// One entry of a batch, or any body with the same fields.
    func clip(_ entry: JSONValue) throws(Problem) -> ClipID {
        guard case .object(let fields) = entry else { throw .badParameters([.init("clip", "must be an object")]) }
        var faults = Self.misspelt(fields.keys.sorted())
        let episode = collect(&faults, episode(fields["episode_id"]))
        let format: ClipFormat? =
            switch fields["format"] {
            case nil, .null: .mp3
            case .string(let word): ClipFormatWord.known(word)
            default: nil
            }
        return try assemble(episode, Number(fields["start_time_ms"]), Number(fields["duration_ms"]), format, &faults)
    }

    /// The clip of the earlier API: `{"episode_id": …, "chunk_index": …}`.
    func chunk(_ body: JSONValue) throws(Problem) -> ClipID {
        guard case .object(let fields) = body else {
            throw .edge(.malformedRequest, "the body must be a JSON object with episode_id and chunk_index")
        }
        var faults: [ParameterFault] = []
        let episode = collect(&faults, episode(fields["episode_id"]))
        var chunk: Int32?
        switch Number(fields["chunk_index"]) {
        case .whole(let number) where (0...Int64(Int32.max)).contains(number): chunk = Int32(number)
        case .absent: faults.append(.init("chunk_index", "is required: the number of a transcript chunk, 0 or more"))
        default: faults.append(.init("chunk_index", "must be a whole number, 0 to \(Int32.max)"))
        }
        guard faults.isEmpty, let episode, let chunk else { throw .badParameters(faults) }
        return ClipID(episode: episode, span: .chunk(chunk), format: .mp3)
    }

    /// - Throws: `.malformedRequest` if the body is no JSON, or more of it than any request of ours.
    static func json(_ body: [UInt8]) throws(Problem) -> JSONValue {
        do throws(JSONValue.Fault) { return try JSONValue(parsing: body) } catch {
            throw .edge(.malformedRequest, "the body \(error.problem)")
        }
    }

    /// The clip id in a path.
    static func clipID(_ raw: Substring) throws(Problem) -> ClipID {
        guard let text = Percent.decode(raw) else {
            throw .badParameters([.init("clip_id", "is not percent-encoded UTF-8")])
        }
        do throws(ClipFault) {
            let id = try ClipID(parsing: text)
            try refuseReserved(id.episode)
            return id
        } catch { throw .clip(error) }
    }

    /// - Throws: `.badParameters` for a guid by which no episode can be asked for.
    private static func refuseReserved(_ episode: EpisodeID) throws(ClipFault) {
        guard case .guid(let guid) = episode, GatewayAPI.reserved.contains(guid) else { return }
        throw .badParameters([.init("episode_id", "'\(guid)' is a reserved name, not an episode")])
    }

    private static func parsed(_ episode: String) -> Result<EpisodeID, ClipFault> {
        Result { () throws(ClipFault) in
            let id = try EpisodeID(parsing: episode)
            try refuseReserved(id)
            return id
        }
    }

    /// Names that are no parameters, but nearly.
    private static func misspelt(_ names: [String]) -> [ParameterFault] {
        names.compactMap { name in
            ParameterNames.meant(by: name).map { .init(name, "is not a parameter; \($0) is meant, it seems") }
        }
    }

    private func assemble(
        _ episode: EpisodeID?, _ start: Number, _ duration: Number, _ format: ClipFormat?,
        _ faults: inout [ParameterFault], otherFormats: String = ""
    ) throws(Problem) -> ClipID {
        var startMs: Int64?
        switch start {
        case .absent: faults.append(.init("start_time_ms", "is required: whole milliseconds, 0 or more"))
        case .whole(let number): startMs = number
        case .other: faults.append(.init("start_time_ms", "must be a whole number of milliseconds, 0 or more"))
        }
        var durationMs: Int64?
        switch duration {
        case .absent: durationMs = defaultDuration.wholeMilliseconds
        case .whole(let number): durationMs = number
        case .other:
            faults.append(
                .init("duration_ms", "must be a whole number of milliseconds, 1 to \(longestClip.wholeMilliseconds)"))
        }
        if format == nil {
            let known = ClipFormat.allCases.map(\.rawValue).joined(separator: ", ")
            faults.append(.init("format", "must be one of \(known)\(otherFormats)"))
        }
        // A number that could be read is still judged, so that the answer names all faults.
        let window = collect(&faults, window(startMs: startMs ?? 0, durationMs: durationMs ?? 1))
        guard faults.isEmpty, let episode, let window, let format else { throw .badParameters(faults) }
        return ClipID(episode: episode, span: .window(window), format: format)
    }

    private func window(startMs: Int64, durationMs: Int64) -> Result<ClipWindow, ClipFault> {
        Result { () throws(ClipFault) in
            try ClipWindow(startMs: startMs, durationMs: durationMs, longest: longestClip)
        }
    }

    private func decodedEpisode(_ raw: Substring) -> Result<EpisodeID, ClipFault> {
        guard let text = Percent.decode(raw) else {
            return .failure(.badParameters([.init("episode_id", "is not percent-encoded UTF-8")]))
        }
        return Self.parsed(text)
    }

    private func episode(_ value: JSONValue?) -> Result<EpisodeID, ClipFault> {
        guard case .string(let text) = value else {
            return .failure(.badParameters([.init("episode_id", "is required: 24 hex digits or a guid, as text")]))
        }
        return Self.parsed(text)
    }

    /// The value, or what is wrong with it among the faults.
    private func collect<Value>(_ faults: inout [ParameterFault], _ read: Result<Value, ClipFault>) -> Value? {
        switch read {
        case .success(let value): return value
        case .failure(let fault):
            faults += fault.parameters
            return nil
        }
    }
}

/// A number as a client wrote it.
private enum Number {
    case absent
    case whole(Int64)
    case other

    /// Digits with at most a sign before them, and nothing else.
    init(_ text: String?) {
        guard let text else {
            self = .absent
            return
        }
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            self = .other
            return
        }
        // What exceeds 64 bits is a number all the same, and out of every range.
        self = .whole(Int64(text) ?? (text.hasPrefix("-") ? .min : .max))
    }

    init(_ value: JSONValue?) {
        switch value {
        case nil, .null: self = .absent
        case .integer(let number): self = .whole(number)
        default: self = .other
        }
    }
}

private enum ClipFormatWord {
    static let auto = "auto"
    static func known(_ word: String) -> ClipFormat? { ClipFormat(rawValue: word) }
}
