import Bounded
import Domain
import Flow
import Logging
import ObjectStore
import Telemetry
import Traces
import Transcripts

/// From a resolved request to a clip in the bucket: finds the source, looks whether the clip is there, cuts and stores it.
///
/// Work for one object key is done once at a time here, whatever ids and lanes it was asked for by.
struct CutClip: Sendable {
    private let sources: SourceFinder
    private let clipStore: ClipStore
    private let maker: any ClipMaker
    private let slots: WorkSlots
    private let turns: SourceTurns
    private let flights: CutFlights
    private let topics: Topics
    private let link: ClipLink?
    private let audit: ClipAudit?
    private let metrics: CutterMetrics
    private let quietEdges: QuietEdges

    init(
        sources: SourceFinder, clipStore: ClipStore, maker: any ClipMaker, slots: WorkSlots, flightLimit: Int,
        topics: Topics, link: ClipLink? = nil, audit: ClipAudit? = nil, metrics: CutterMetrics = CutterMetrics()
    ) {
        self.sources = sources
        self.clipStore = clipStore
        self.maker = maker
        self.slots = slots
        turns = SourceTurns(entries: Self.knownSources, queueLimit: slots.queueLimit)
        flights = CutFlights(limit: flightLimit)
        self.topics = topics
        self.link = link
        self.audit = audit
        self.metrics = metrics
        quietEdges = QuietEdges(maker)
    }

    func handle(_ incoming: Incoming<ClipResolved>) async throws(ClipFault) -> Outcome {
        let event = incoming.event
        let form = event.clipID.format.transcriptForm
        // No audio is looked for, unless it is to say where the clip begins and ends.
        if let form, event.edges == nil { return try await write(incoming, as: form, in: event.window) }
        let source: SourceAudio
        // Somebody waits, and a source is most likely what it was: whether it is, the store says beside the cut.
        if incoming.lane == .live, event.edges == nil,
            let before = sources.outdated(feedSlug: event.feedSlug, guid: event.guid)
        {
            let looking = Looking { () -> Result<SourceAudio, ClipFault> in
                do throws(ClipFault) { return .success(try await located(event)) } catch { return .failure(error) }
            }
            defer { looking.cancel() }
            do throws(ClipFault) { return try await cut(incoming, before, event.window, nil, looking) } catch {
                source = try await looking.value.get()
                if error.reason == .sourceChanged { sources.forget(feedSlug: event.feedSlug, guid: event.guid) }
                // What went wrong with another version is no answer.
                if source.isSame(as: before) { throw error }
            }
        } else {
            source = try await located(event)
        }
        do throws(ClipFault) {
            let (window, held) = try await window(of: incoming, in: source)
            if let form { return try await write(incoming, as: form, in: window) }
            return try await cut(incoming, source, window, held, nil)
        } catch {
            if error.reason == .sourceChanged { sources.forget(feedSlug: event.feedSlug, guid: event.guid) }
            throw error
        }
    }

    /// What a source is by now.
    private typealias Looking = Task<Result<SourceAudio, ClipFault>, Never>

    private func located(_ event: ClipResolved) async throws(ClipFault) -> SourceAudio {
        try await metrics.stages.stage(.locate) { () async throws(ClipFault) in
            try await sources.source(feedSlug: event.feedSlug, guid: event.guid)
        }
    }

    private func write(
        _ incoming: Incoming<ClipResolved>, as form: TranscriptForm, in window: ClipWindow
    ) async throws(ClipFault) -> Outcome {
        try await WriteTranscript(clipStore: clipStore, topics: topics, metrics: metrics)
            .handle(incoming, as: form, in: window)
    }

    /// The clip's window, once its edges have been moved to where it is quiet, if they are to be; and what was read for that.
    private func window(
        of incoming: Incoming<ClipResolved>, in source: SourceAudio
    ) async throws(ClipFault) -> (ClipWindow, HeldBytes?) {
        let event = incoming.event
        guard let edges = event.edges else { return (event.window, nil) }
        if let known = quietEdges.known(event.window, edges, of: source) { return (known, nil) }
        let order = CutJob(
            source: source, episode: event.episode, window: event.window, format: event.clipID.format, title: nil,
            deadline: incoming.deadline, lane: incoming.lane)
        let isText = event.clipID.format.transcriptForm != nil
        return try await inTurn(order, Urgency(isUrgent: incoming.lane == .live)) { order async throws(ClipFault) in
            try await quietEdges.moved(order, edges, keepingBytes: !isText)
        }
    }

    /// - Parameter looking: whether the source is still that one; nil: it was just looked at.
    private func cut(
        _ incoming: Incoming<ClipResolved>, _ source: SourceAudio, _ window: ClipWindow, _ held: HeldBytes?,
        _ looking: Looking?
    ) async throws(ClipFault) -> Outcome {
        let event = incoming.event
        let (id, episode) = (event.clipID, event.episode)
        let key = ObjectKey(
            episode: episode, window: window, cutVersion: .current, sourceVersion: try source.version,
            format: id.format)
        let order = CutJob(
            source: source, episode: episode, window: window, format: id.format, title: event.title,
            link: link?.url(episode: episode, guid: event.guid, feedSlug: event.feedSlug, window: window),
            deadline: incoming.deadline)
        var begun = order
        begun.held = held
        let stored = try await once(key, begun, looking, incoming.lane, log: incoming.log)
        // Whoever began the work that was joined may have known less.
        if let fault = await change(since: source, looking) { throw fault }
        let checkedAt = try await looking?.value.get().checkedAt ?? source.checkedAt
        let snapped = event.edges?.snapped
        let ready = clipStore.ready(id, key, stored, sourceCheckedAt: checkedAt, snapped: snapped)
        let outcome = Outcome.send(ready, to: topics.ready).takenBack { () async throws(ClipFault) in
            try await clipStore.remove(key)
        }
        guard let audit, stored.cut else { return outcome }
        return outcome.afterwards {
            audit.consider(
                .init(
                    key: key, order: order, durationMs: stored.durationMs,
                    askers: [.init(clipID: id, snapped: snapped, trace: incoming.trace)]))
        }
    }

    private func once(
        _ key: ObjectKey, _ order: CutJob, _ looking: Looking?, _ lane: Lane, log: Log
    ) async throws(ClipFault) -> StoredClip {
        while true {
            do throws(BoundedFault<ClipFault>) {
                return try await flights.run(key, in: lane) { [self] urgency async throws(ClipFault) in
                    try await storedClip(key, order, looking, urgency, log: log)
                }
            } catch {
                let fault = error.clipFault(busy: "too many clips are being cut")
                // The work was another's, whose time was over sooner.
                guard fault.reason == .expired, !order.deadline.hasPassed, !Task.isCancelled else { throw fault }
            }
        }
    }

    private func storedClip(
        _ key: ObjectKey, _ order: CutJob, _ looking: Looking?, _ urgency: Urgency, log: Log
    ) async throws(ClipFault) -> StoredClip {
        // Somebody waits, so the cut begins while the store is asked whether there is one: both take the store's time. A clip that
        // is there, as at a look again or after a crash, has then cost a read of the source that is broken off.
        let began = ContinuousClock.now
        async let early = urgency.isUrgent ? made(order, urgency) : nil
        async let change = change(since: order.source, looking)
        let replacing: Bool
        let there = try await metrics.stages.stage(.look) { () async throws(ClipFault) in
            try await clipStore.look(for: key)
        }
        switch there {
        case .lasting(let clip):
            if let change = await change { throw change }
            metrics.clips.add(.found)
            log.info("The clip was there already", ["object_key": .string(key.description)])
            return clip
        case .nearItsEnd: replacing = true
        case .absent: replacing = false
        }
        let making = if let begun = await early { begun } else { await made(order, urgency) }
        let clip = try making.get()
        // Before it is stored: a clip that nobody is told of would outlast its episode's purge.
        if let change = await change { throw change }
        let cutAt = ContinuousClock.now
        let stored = try await metrics.stages.stage(.store) { () async throws(ClipFault) in
            try await put(clip, at: key, order, replacing: replacing, log: log)
        }
        if let stored {
            metrics.clips.add(.cut)
            metrics.clipBytes.add(UInt64(clip.bytes.count))
            log.info(
                "The clip is cut and stored",
                [
                    "object_key": .string(key.description), "bytes": .int(clip.bytes.count),
                    "exact": .string(clip.exact.rawValue), "cut": .duration(began.duration(to: cutAt)),
                    "put": .duration(cutAt.duration(to: .now)),
                ])
            return stored
        }
        metrics.clips.add(.another)
        log.info("Another cutter stored the same clip first", ["object_key": .string(key.description)])
        return try await storedByAnother(key)
    }

    /// - Returns: why the source can't be taken for what it was; nil if it can.
    private func change(since before: SourceAudio, _ looking: Looking?) async -> ClipFault? {
        guard let looking else { return nil }
        do throws(ClipFault) {
            return try await looking.value.get().isSame(as: before)
                ? nil : ClipFault(.sourceChanged, "the episode's audio was replaced")
        } catch { return error }
    }

    private func storedByAnother(_ key: ObjectKey) async throws(ClipFault) -> StoredClip {
        guard case .lasting(let clip) = try await clipStore.look(for: key) else {
            throw ClipFault(.storeUnavailable, "a clip that another cutter stored can't be found")
        }
        return clip
    }

    /// Tries again here, so that a bucket that fails for a moment doesn't cost the cut.
    ///
    /// - Returns: nil if somebody else has put the clip there meanwhile.
    private func put(
        _ clip: MadeClip, at key: ObjectKey, _ order: CutJob, replacing: Bool, log: Log
    ) async throws(ClipFault) -> StoredClip? {
        var tries = 0
        while true {
            do throws(ClipFault) {
                let stored = try await clipStore.put(
                    clip, at: key, source: order.source, title: order.title, replacing: replacing)
                guard stored == nil, tries > 0 else { return stored }
                // Most likely our own, of a try whose answer was lost.
                var ours = try await storedByAnother(key)
                ours.cut = true
                return ours
            } catch {
                guard !Task.isCancelled,
                    let pause = RetryPause.after(
                        error, failures: tries, left: order.deadline.left, backoff: Self.putBackoff)
                else { throw error }
                tries += 1
                log.info(
                    "A clip could not be stored and will be put again",
                    [
                        "object_key": .string(key.description), "reason": .string(error.detail),
                        "attempt": .int(tries), "pause": .duration(pause),
                    ])
                do { try await Task.sleep(for: pause) } catch { throw ClipFault(.stopping, "the service is stopping") }
            }
        }
    }

    /// Sources that are known to be cut quickly: 100 bytes each.
    private static let knownSources = 10_000

    private static let putBackoff = Backoff(base: .milliseconds(100), cap: .seconds(5))

    private func made(_ order: CutJob, _ urgency: Urgency) async -> Result<MadeClip, ClipFault> {
        do throws(ClipFault) { return .success(try await make(order, urgency)) } catch { return .failure(error) }
    }

    private func make(_ order: CutJob, _ urgency: Urgency) async throws(ClipFault) -> MadeClip {
        try await inTurn(order, urgency) { order async throws(ClipFault) in try await maker.make(order) }
    }

    /// Runs work on a source in a slot, when it is its turn.
    private func inTurn<Value: Sendable>(
        _ order: CutJob, _ urgency: Urgency, _ work: (CutJob) async throws(ClipFault) -> Value
    ) async throws(ClipFault) -> Value {
        let waiting = Stopwatch()
        let span = Span.current?.child(CutterStage.wait.word)
        defer { span?.end() }
        do throws(BoundedFault<ClipFault>) {
            return try await turns.run(order.source, in: slots, urgency) { () async throws(ClipFault) in
                metrics.stages.observe(waiting, .wait, traceID: span?.context.traceID.description)
                span?.end()
                // It may have waited long for its turn.
                guard !order.deadline.hasPassed else {
                    throw ClipFault(.expired, "the work's deadline passed while it waited for its turn")
                }
                var order = order
                order.lane = urgency.isUrgent ? .live : .bulk
                return try await work(order)
            }
        } catch {
            throw error.clipFault(busy: "too many cuts wait for a free slot")
        }
    }
}
