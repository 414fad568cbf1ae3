import Domain
import Flow
import Logging
import ObjectStore
import Text
import Transcripts

/// Clips that are made of text: what the event says is written as a file and stored. No audio is looked for or read.
///
/// The source of such a clip is what is said, so that is what the object's key names the version of: a transcript that
/// changes gives another key.
struct WriteTranscript: Sendable {
    let clipStore: ClipStore
    let topics: Topics
    let metrics: CutterMetrics

    /// - Parameter window: of the clip; the event's own, unless its edges were moved.
    func handle(
        _ incoming: Incoming<ClipResolved>, as form: TranscriptForm, in window: ClipWindow
    ) async throws(ClipFault) -> Outcome {
        let event = incoming.event
        guard let transcript = event.transcript else {
            throw ClipFault(.internalError, "the resolver sent no transcript for a clip that is made of one")
        }
        let cues = event.cues(of: transcript, in: window)
        let clip = MadeClip(
            bytes: form.written(cues), startMs: window.startMs, durationMs: window.durationMs,
            exact: cues.allSatisfy { $0.timing == .exact } ? .timed : .estimated)
        let key = ObjectKey(
            episode: event.episode, window: window, cutVersion: .current, sourceVersion: try version(of: clip),
            format: event.clipID.format)
        let stored = try await stored(clip, key, event, incoming.log)
        let ready = clipStore.ready(
            event.clipID, key, stored, sourceCheckedAt: WallTime.now().seconds, snapped: event.edges?.snapped)
        return Outcome.send(ready, to: topics.ready).takenBack { () async throws(ClipFault) in
            try await clipStore.remove(key)
        }
    }

    private func version(of clip: MadeClip) throws(ClipFault) -> SourceVersion {
        guard let version = SourceVersion(of: clip.bytes) else {
            throw ClipFault(.internalError, "a hash gives no version")
        }
        return version
    }

    private func stored(
        _ clip: MadeClip, _ key: ObjectKey, _ event: ClipResolved, _ log: Log
    ) async throws(ClipFault) -> StoredClip {
        let there = try await metrics.stages.stage(.look) { () async throws(ClipFault) in
            try await clipStore.look(for: key)
        }
        var replacing = false
        switch there {
        case .lasting(let stored):
            metrics.clips.add(.found)
            return stored
        case .nearItsEnd: replacing = true
        case .absent: break
        }
        let put = try await metrics.stages.stage(.store) { () async throws(ClipFault) in
            try await clipStore.put(clip, at: key, source: nil, title: event.title, replacing: replacing)
        }
        if let put {
            metrics.clips.add(.cut)
            metrics.clipBytes.add(UInt64(clip.bytes.count))
            log.info(
                "The transcript is written and stored",
                ["object_key": .string(key.description), "bytes": .int(clip.bytes.count)])
            return put
        }
        // Another cutter was quicker, or our own try whose answer was lost.
        metrics.clips.add(.another)
        guard case .lasting(let stored) = try await clipStore.look(for: key) else {
            throw ClipFault(.storeUnavailable, "a transcript that was stored can't be found")
        }
        return stored
    }
}
