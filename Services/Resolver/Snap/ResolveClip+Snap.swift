import Domain
import Episodes
import Logging
import Traces
import Transcripts

extension ResolveClip {
    /// A clip's window, once the transcript has said where its edges belong.
    struct Resolved {
        let window: ClipWindow
        let edges: ClipEdges?
        let transcript: ClipTranscript?
    }

    /// What is read of the transcript before and behind what an edge can reach: to know whether a sentence ends at the edge of
    /// that, one has to read on.
    private static let contextMs: Int64 = 15_000

    /// - Parameter asked: within the episode, as far as the catalog knows.
    func snapped(
        _ asked: ClipWindow, _ snap: Snap, for format: ClipFormat, of episode: Episode, log: Log
    ) async throws(ClipFault) -> Resolved {
        let read: (window: ClipWindow, cues: [Cue])? =
            snap.kind == .silence && format.transcriptForm == nil
            ? nil : try await around(asked, snap, isNeeded: format.transcriptForm != nil, of: episode, log: log)
        let transcript = Transcript(
            cues: read.map { part in part.cues.map { $0.moved(by: part.window.startMs) } } ?? [])
        let breaks: [TranscriptBreak]
        switch snap.kind {
        case .sentence: breaks = transcript.sentenceBreaks(isFromBeginning: read.map(beginsHere) ?? false)
        case .chunk: breaks = transcript.cueBreaks
        case .silence: breaks = []
        }
        let longest = max(Int32(clamping: longestClip.wholeMilliseconds), asked.durationMs)
        guard
            let found = SnapChoice(asked: asked, snap: snap, longestMs: longest, breaks: breaks).resolved
        else { throw ClipFault(.internalError, "a clip's edges were moved past each other") }
        var said: ClipTranscript?
        if format.transcriptForm != nil {
            // As much as the clip can come to hold once the cutter has moved its edges, with times from there on.
            said = try ClipTranscript(
                transcript.cut(from: found.edges.start.lowerBound, to: found.edges.end.upperBound))
        }
        return Resolved(window: found.window, edges: found.edges, transcript: said)
    }

    /// Nothing was said before, or not for so long that what follows goes on with nothing.
    private func beginsHere(_ read: (window: ClipWindow, cues: [Cue])) -> Bool {
        read.window.startMs == 0 || read.cues.first.map { $0.startMs >= Self.longSilenceMs } ?? false
    }

    private static let longSilenceMs: Int32 = 5_000

    /// - Parameter isNeeded: the clip itself is made of it.
    /// - Returns: nil if the transcript can't be used, and isn't needed: then the sound alone says where a clip may end.
    private func around(
        _ asked: ClipWindow, _ snap: Snap, isNeeded: Bool, of episode: Episode, log: Log
    ) async throws(ClipFault) -> (ClipWindow, [Cue])? {
        let more = Int64(snap.maxShiftMs) + Self.contextMs
        let from = max(0, Int64(asked.startMs) - more)
        let to = min(Int64(asked.endMs) + more, ClipWindow.latestMs)
        guard let window = ClipWindow(startMs: Int32(from), endMs: Int32(to)) else { return nil }
        do throws(ClipFault) {
            return (window, try await cues(in: window, of: episode, log: log))
        } catch {
            guard !isNeeded, error.reason == .noTranscript || error.reason == .badEpisodeData else { throw error }
            log.info(
                "A clip is snapped to silence, for want of a transcript",
                ["reason": .string(error.reason.rawValue), "detail": .string(error.detail)], bound: snapLines)
            return nil
        }
    }
}

extension Cue {
    /// The same later by so many milliseconds.
    fileprivate func moved(by ms: Int32) -> Cue {
        Cue(
            startMs: startMs + ms, endMs: endMs + ms, text: text, speaker: speaker, timing: timing,
            words: words.map { TimedWord($0.text, $0.startMs + ms, $0.endMs + ms) })
    }
}
