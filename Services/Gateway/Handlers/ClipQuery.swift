import Domain
import HTTPServer
import Text

/// Reads what a client asks for, and names everything that is wrong with it at once.
struct ClipQuery: Sendable {
    let longestClip: Duration
    let defaultDuration: Duration

    /// What was asked for, whether `Accept` had a say in it, whether the clip is to be saved, and what is told beside it.
    typealias Asked = (id: ClipID, isNegotiated: Bool, isDownload: Bool, parts: [ClipPart])

    /// Which path asks for the clip.
    enum Path {
        case clip
        /// `…/play` or, with the format's name as its end, `…/play.mp3`: there `download` is a parameter too.
        case play(ending: Substring?)
    }

    /// The clip of `GET /api/v1/audio_clips/{episode}?start_time_ms=&duration_ms=&format=&snap=`.
    ///
    /// - Parameter accept: read only for `format=auto`.
    func clip(
        rawEpisode: Substring, rawQuery: String?, at path: Path = .clip, accept: @autoclosure () -> String? = nil
    ) throws(Problem) -> Asked {
        var faults: [ParameterFault] = []
        let episode = collect(&faults, decodedEpisode(rawEpisode))
        let query: Query
        do throws(Query.Fault) { query = try Query(raw: rawQuery) } catch {
            throw .badParameters(faults + [.init("query", "is not percent-encoded UTF-8")])
        }
        var own = ["start_time_ms", "duration_ms", "length", "format", "snap", "at"]
        var named = FormatQuery.Value(query["format"])
        var isNegotiated = query["format"] == FormatQuery.auto
        var formatFaults: [ParameterFault] = []
        var isDownload = false
        var with: [String] = []
        switch path {
        case .clip:
            own.append(PartQuery.name)
            with = PartQuery.words(query[PartQuery.name])
        case .play(let ending):
            own.append("download")
            isDownload = flag("download", query, &faults)
            if let ending {
                if query["format"] != nil {
                    formatFaults.append(.init("format", "must not stand beside the path's own"))
                }
                named = .text(String(ending))
                isNegotiated = false
            }
        }
        for name in query.repeated where own.contains(name) { faults.append(.init(name, "must be given once")) }
        var format: ClipFormat?
        var refusal: Problem?
        if isNegotiated {
            do throws(Problem) { format = try FormatChoice.format(accept: accept()) } catch {
                // Whatever else is wrong is named first: those parameters would be wrong in any format.
                faults += error.parameters
                refusal = error
                format = .mp3
            }
        } else {
            format = FormatQuery.format(named, or: FormatQuery.auto, faults: &formatFaults)
        }
        let further =
            FormatQuery.parameters(of: format) + SnapQuery.parameters { .init(query[$0]) }
            + PartQuery.parameters(of: with)
        for name in query.repeated where further.contains(name) { faults.append(.init(name, "must be given once")) }
        faults += Self.misspelt(query.pairs.map(\.name), besides: further)
        format = format.map { FormatQuery.variant(of: $0, faults: &formatFaults) { .init(query[$0]) } }
        let snapping = SnapQuery(faults: &formatFaults) { .init(query[$0]) }
        let parts = PartQuery.parts(with, faults: &formatFaults) { .init(query[$0]) }
        let id = try assemble(
            episode, Number(query["start_time_ms"]), Number(query["duration_ms"]), length: Number(query["length"]),
            snapping, (format, formatFaults), &faults)
        if let refusal { throw refusal }
        return (id, isNegotiated, isDownload, parts)
    }

    /// One entry of a batch, or any body with the same fields.
    func clip(_ entry: JSONValue) throws(Problem) -> ClipID { try clip(entry, with: []).id }

    /// The same with what is told beside it.
    ///
    /// - Parameter with: for an entry that does not say.
    func clip(_ entry: JSONValue, with: [String]) throws(Problem) -> (id: ClipID, parts: [ClipPart]) {
        guard case .object(let fields) = entry else { throw .badParameters([.init("clip", "must be an object")]) }
        var formatFaults: [ParameterFault] = []
        var format = FormatQuery.format(.init(fields["format"]), faults: &formatFaults)
        let with = PartQuery.words(fields[PartQuery.name], inherited: with, faults: &formatFaults)
        let further =
            FormatQuery.parameters(of: format) + SnapQuery.parameters { .init(fields[$0]) }
            + PartQuery.parameters(of: with)
        var faults = Self.misspelt(fields.keys.sorted(), besides: further)
        let episode = collect(&faults, episode(fields["episode_id"]))
        format = format.map { FormatQuery.variant(of: $0, faults: &formatFaults) { .init(fields[$0]) } }
        let snapping = SnapQuery(faults: &formatFaults) { .init(fields[$0]) }
        let parts = PartQuery.parts(with, faults: &formatFaults) { .init(fields[$0]) }
        let id = try assemble(
            episode, Number(fields["start_time_ms"]), Number(fields["duration_ms"]), length: Number(fields["length"]),
            snapping, (format, formatFaults), &faults)
        return (id, parts)
    }

    /// The clip of the earlier API: `{"episode_id": …, "chunk_index": …}`, with `snap` as everywhere.
    func chunk(_ body: JSONValue) throws(Problem) -> (id: ClipID, parts: [ClipPart]) {
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
        let snapping = SnapQuery(takesMoment: false, faults: &faults) { .init(fields[$0]) }
        let with = PartQuery.words(fields[PartQuery.name], faults: &faults)
        let parts = PartQuery.parts(with, faults: &faults) { .init(fields[$0]) }
        guard faults.isEmpty, let episode, let chunk else { throw .badParameters(faults) }
        return (ClipID(episode: episode, span: .chunk(chunk), snap: snapping.snap, format: .mp3), parts)
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
    private static func misspelt(_ names: [String], besides others: [String]) -> [ParameterFault] {
        names.compactMap { name in
            ParameterNames.meant(by: name, besides: others).map {
                .init(name, "is not a parameter; \($0) is meant, it seems")
            }
        }
    }

    private func assemble(
        _ episode: EpisodeID?, _ start: Number, _ duration: Number, length: Number, _ snapping: SnapQuery,
        _ format: (known: ClipFormat?, faults: [ParameterFault]), _ faults: inout [ParameterFault]
    ) throws(Problem) -> ClipID {
        var startMs: Int64?
        switch start {
        case .absent where snapping.isAroundMoment: break
        case _ where snapping.isAroundMoment: faults.append(.init("at", "must not stand beside start_time_ms"))
        case .absent: faults.append(.init("start_time_ms", "is required: whole milliseconds, 0 or more"))
        case .whole(let number): startMs = number
        case .other: faults.append(.init("start_time_ms", "must be a whole number of milliseconds, 0 or more"))
        }
        let durationMs = durationMs(duration, length: length, &faults)
        faults += format.faults
        if snapping.isAroundMoment { startMs = durationMs.flatMap(snapping.start) }
        // A number that could be read is still judged, so that the answer names all faults.
        let window = collect(&faults, window(startMs: startMs ?? 0, durationMs: durationMs ?? 1))
        guard faults.isEmpty, let episode, let window, let format = format.known else {
            throw .badParameters(faults)
        }
        return ClipID(episode: episode, span: .window(window), snap: snapping.snap, format: format)
    }

    /// Seconds that `length` may name.
    static let lengths: [Int64] = [15, 30, 60]

    private func durationMs(_ duration: Number, length: Number, _ faults: inout [ParameterFault]) -> Int64? {
        switch (duration, length) {
        case (.absent, .absent): return defaultDuration.wholeMilliseconds
        case (.whole(let number), .absent): return number
        case (.other, .absent):
            faults.append(
                .init("duration_ms", "must be a whole number of milliseconds, 1 to \(longestClip.wholeMilliseconds)"))
        case (.absent, .whole(let seconds)) where lengths.contains(seconds): return seconds * 1000
        case (.absent, _):
            let known = lengths.map(String.init).joined(separator: ", ")
            faults.append(.init("length", "must be one of \(known), in seconds"))
        case (_, _): faults.append(.init("length", "must not stand beside duration_ms"))
        }
        return nil
    }

    /// Those of them that no clip here is too short for.
    private var lengths: [Int64] { Self.lengths.filter { .seconds($0) <= longestClip } }

    private func flag(_ name: String, _ query: Query, _ faults: inout [ParameterFault]) -> Bool {
        switch query[name] {
        case nil, "0": return false
        case "1": return true
        default:
            faults.append(.init(name, "must be 0 or 1"))
            return false
        }
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
