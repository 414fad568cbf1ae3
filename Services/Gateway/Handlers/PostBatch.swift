import Domain
import HTTPServer
import Text

/// `POST /api/v1/audio_clips/batch`: which of up to 50 clips are ready, at once and without waiting; with `make`, the
/// rest is asked for.
struct PostBatch: Sendable {
    static let mostClips = 50

    let clipState: ClipState
    let responses: Responses
    let requests: BackgroundRequests
    let parts: ClipParts
    let query: ClipQuery
    let clock: @Sendable () -> Int64

    /// The form of the entries.
    private enum Shape: String {
        case clip
        /// As search results of the old API had it.
        case audioClip = "audio_clip"
    }

    /// What holds for all entries.
    private struct Order {
        let entries: [JSONValue]
        /// By which lane what is missing is asked for; nil: not at all.
        let make: Lane?
        /// Parts are made for somebody who waits to see them.
        var makesParts: Bool { make == .live }
        /// The parts of clips that don't say.
        let with: [String]
        let shape: Shape
    }

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        try JSONMediaType.check(request.http)
        return .now(try answer(request))
    }

    private func answer(_ request: RoutedRequest) throws(Problem) -> HTTPResponse {
        let order = try order(try ClipQuery.json(request.http.body))
        let now = clock()
        // Clips are asked for before parts, since there may be room for some of them only.
        let afterAll = AfterAll()
        let answers = order.entries.map { found($0, order, now: now, request, afterAll) }
        afterAll.begin()
        var json = JSONWriter(reserving: 1024 * order.entries.count)
        json.object { json in
            json.array("clips") { json in
                for answer in answers { write(answer, order, now: now, request.context, into: &json) }
            }
        }
        return HTTPResponse(
            status: 200,
            headers: Responses.headers(
                mediaType: "application/json", cacheControl: "no-store", context: request.context),
            body: .bytes(json.bytes))
    }

    private func order(_ body: JSONValue) throws(Problem) -> Order {
        guard case .object(let fields) = body else {
            throw .edge(.malformedRequest, "the body must be a JSON object with clips")
        }
        guard case .array(let entries) = fields["clips"], (1...Self.mostClips).contains(entries.count) else {
            throw .badParameters([.init("clips", "must be a list of 1 to \(Self.mostClips) clips")])
        }
        let make = try BatchLane.making(fields)
        var faults: [ParameterFault] = []
        var shape = Shape.clip
        switch fields["shape"] {
        case nil, .null: break
        case .string(Shape.audioClip.rawValue): shape = .audioClip
        default: faults.append(.init("shape", "must be \(Shape.audioClip.rawValue)"))
        }
        let with = PartQuery.words(fields[PartQuery.name], faults: &faults)
        // What is none of the parts is a fault of the whole, not of each entry.
        if !with.isEmpty { _ = PartQuery.parts(with, faults: &faults) { _ in .absent } }
        guard faults.isEmpty else { throw .badParameters(faults) }
        return Order(entries: entries, make: make, with: with, shape: shape)
    }

    /// What there is of one clip.
    private enum Found {
        case ready(ClipID, ReadyClip, [ClipPart])
        case pending(ClipID)
        /// `isRefused`: the clip was not begun.
        case problem(Problem, isRefused: Bool)
    }

    private func found(
        _ entry: JSONValue, _ order: Order, now: Int64, _ request: RoutedRequest, _ afterAll: AfterAll
    ) -> Found {
        let context = request.context
        let asked: (id: ClipID, parts: [ClipPart])
        do throws(Problem) { asked = try query.clip(entry, with: order.with) } catch {
            return .problem(error, isRefused: false)
        }
        let id = asked.id
        if let hit = clipState.ready(id, now: now) {
            if hit.stale { requests.publisher.revalidate(id, context: context) }
            request.observation.entry(.hit, status: 200)
            return .ready(id, hit.clip, asked.parts)
        }
        if case .failed(let fault) = clipState.status(id, now: now), fault.fate == .permanent {
            request.observation.entry(.failed, status: fault.status)
            return .problem(fault, isRefused: false)
        }
        if let make = order.make {
            let problem =
                switch make {
                case .live:
                    requests.begin(id, now: now, permit: context.permit, context) {
                        afterAll.run { parts.begin(asked.parts, of: id, now: now, context: context) }
                    }
                case .bulk: BatchLane.begin(id, clipState, requests.publisher, now: now, context)
                }
            if let problem {
                request.observation.entry(.refused, status: problem.status)
                return .problem(problem, isRefused: true)
            }
        }
        request.observation.entry(.pending, status: 202)
        return .pending(id)
    }

    private func write(
        _ found: Found, _ order: Order, now: Int64, _ context: RequestContext, into json: inout JSONWriter
    ) {
        switch (found, order.shape) {
        case (.ready(let id, let clip, let asked), let shape):
            let told = parts.find(asked, of: id, clip, make: order.makesParts, now: now, context: context)
            switch shape {
            case .clip: responses.write(clip, told, now: now, context: context, into: &json)
            case .audioClip: responses.audioClip(clip, told, now: now, context: context, into: &json)
            }
        case (.pending(let id), .clip): json.object { Responses.writePending(id, into: &$0) }
        case (.problem(let problem, let isRefused), .clip):
            json.object {
                Responses.write(problem, context: context, into: &$0)
                if isRefused, order.make == .bulk { BatchLane.write(retryOf: problem, into: &$0) }
            }
        case (.pending, .audioClip), (.problem, .audioClip): Responses.noAudioClip(into: &json)
        }
    }
}
