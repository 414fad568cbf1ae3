import Bounded
import Domain
import Episodes
import Flow
import Logging
import Telemetry
import Traces
import Transcripts

/// Turns "this part of that episode" into what the cutter needs: the canonical episode, its guid and feed, and the window.
struct ResolveClip: Sendable {
    private let catalog: any EpisodeCatalog
    private let cache: EpisodeCache
    private let topics: Topics
    private let chunkDuration: Duration
    let longestClip: Duration
    private let stages: Histogram<ResolverStage>
    private let outages = RateBound(perMinute: 60)
    /// Bounds log lines that a client can cause at will.
    let snapLines = RateBound(perMinute: 60)

    init(
        catalog: any EpisodeCatalog, cache: EpisodeCache, topics: Topics, chunkDuration: Duration,
        longestClip: Duration = .seconds(60), stages: Histogram<ResolverStage> = ResolverStage.times(in: Metrics())
    ) {
        self.catalog = catalog
        self.cache = cache
        self.topics = topics
        self.chunkDuration = chunkDuration
        self.longestClip = longestClip
        self.stages = stages
    }

    func handle(_ incoming: Incoming<ClipRequested>) async throws(ClipFault) -> Outcome {
        try await stages.time(.resolve, traceID: Span.currentTraceID) { () async throws(ClipFault) in
            try await resolve(incoming)
        }
    }

    private func resolve(_ incoming: Incoming<ClipRequested>) async throws(ClipFault) -> Outcome {
        let id = incoming.event.clipID
        let episode = try await cache.episode(id.episode, log: incoming.log)
        let asked = try await window(of: id.span, in: episode, log: incoming.log)
        try refuseAbsurd(asked, in: episode)
        let found: Resolved
        if let snap = id.snap {
            found = try await snapped(asked, snap, for: id.format, of: episode, log: incoming.log)
        } else {
            let transcript = try await transcript(for: id.format, in: asked, of: episode, log: incoming.log)
            found = Resolved(window: asked, edges: nil, transcript: transcript)
        }
        let resolved: ClipResolved
        do throws(EventFault) {
            resolved = try ClipResolved(
                clipID: id, budget: incoming.deadline.left, episode: episode.keyID(asked: id.episode),
                guid: episode.guid, feedSlug: episode.feedSlug, title: episode.title, about: episode.about,
                window: found.window, edges: found.edges, transcript: found.transcript)
        } catch {
            throw ClipFault(.badEpisodeData, error.detail)
        }
        return .send(resolved, to: topics.resolved)
    }

    private func window(of span: ClipSpan, in episode: Episode, log: Log) async throws(ClipFault) -> ClipWindow {
        switch span {
        case .window(let window):
            return window
        case .chunk(let number):
            let start = try await asking(log) { () async throws(CatalogFault) in
                try await catalog.chunkStart(episode: episode, chunkIndex: number)
            }
            return try ClipWindow(
                startMs: start.wholeMilliseconds, durationMs: chunkDuration.wholeMilliseconds, longest: chunkDuration)
        }
    }

    /// What a clip is made of that is no sound.
    private func transcript(
        for format: ClipFormat, in window: ClipWindow, of episode: Episode, log: Log
    ) async throws(ClipFault) -> ClipTranscript? {
        guard format.transcriptForm != nil else { return nil }
        return try ClipTranscript(try await cues(in: window, of: episode, log: log))
    }

    /// What is said within a window, with times from its start.
    func cues(in window: ClipWindow, of episode: Episode, log: Log) async throws(ClipFault) -> [Cue] {
        try await asking(log) { () async throws(CatalogFault) in
            try await Span.part("read transcript", slug: \CatalogFault.reason.rawValue) {
                () async throws(CatalogFault) in try await catalog.cues(of: episode, in: window)
            }
        }
    }

    private func asking<Value: Sendable>(
        _ log: Log, _ ask: () async throws(CatalogFault) -> Value
    ) async throws(ClipFault) -> Value {
        do throws(CatalogFault) { return try await ask() } catch {
            if error.fate == .transient {
                log.warning(
                    "The episode catalog did not do what was asked", ["detail": .string(error.description)],
                    bound: outages)
            }
            throw error.clipFault
        }
    }

    /// The audio decides where an episode ends; the catalog's duration is often wrong. Only what lies far beyond it is
    /// refused here, before any audio is looked at.
    private func refuseAbsurd(_ window: ClipWindow, in episode: Episode) throws(ClipFault) {
        guard let duration = episode.duration, duration > .zero, window.start > duration * 2 + .seconds(600) else {
            return
        }
        throw .startPastEnd(start: window.start, episodeDuration: duration)
    }
}

extension Episode {
    /// The id in keys. An id of 24 hex digits that matched a guid only stays as it was asked for: the gateway holds a
    /// ready clip against the id that was asked, and could not accept another.
    func keyID(asked: EpisodeID) -> ObjectID {
        if case .objectID(let asked) = asked, asked != id, ObjectID(hex: guid) == asked { return asked }
        return id
    }
}
