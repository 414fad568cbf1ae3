import Domain
import Transcripts

extension SnapChoice {
    /// How far a quiet place is looked for around a time that stands in the transcript, in milliseconds.
    static let exactReachMs: Int32 = 150
    /// And around one that was worked out, or that nothing is known of.
    static let estimatedReachMs: Int32 = 500

    /// The window, and the bounds within which its edges may still be moved to where it is quiet: never beyond what was asked for
    /// by more than the bound, and never to a longer clip than there may be.
    var resolved: (window: ClipWindow, edges: ClipEdges)? {
        let (start, end) = edges
        guard let window = ClipWindow(startMs: start.ms, endMs: end.ms) else { return nil }
        let limit = snap.momentMs == nil ? longestMs : min(longestMs, asked.durationMs)
        let room = max(0, limit - window.durationMs)
        let outwardStart = min(reach(start), room / 2)
        let outwardEnd = min(reach(end), room - outwardStart)
        // Each edge keeps to its own part of a short clip.
        let inward = max(0, (window.durationMs - 1) / 4)
        let from = Self.range(
            start.ms, back: outwardStart, on: min(reach(start), inward), within: bounds(asked.startMs, isFree: .later))
        let to = Self.range(
            end.ms, back: min(reach(end), inward), on: outwardEnd, within: bounds(asked.endMs, isFree: .earlier))
        let isWhole = start.found != nil && end.found != nil
        let isExact = start.found == .exact && end.found == .exact
        let snapped = Snapped(
            asked: asked, kind: isWhole ? snap.kind : .silence, basis: isExact ? .exact : .estimated)
        return (window, ClipEdges(snapped, start: from, end: to))
    }

    private enum Side { case earlier, later }

    private func reach(_ edge: Edge) -> Int32 {
        edge.found == .exact ? Self.exactReachMs : Self.estimatedReachMs
    }

    /// Around a moment an edge may come nearer to it as it likes.
    private func bounds(_ asked: Int32, isFree side: Side) -> ClosedRange<Int64> {
        let most = Int64(snap.maxShiftMs)
        let (from, to) = (max(0, Int64(asked) - most), min(Int64(asked) + most, ClipWindow.latestMs))
        guard snap.momentMs != nil else { return from...to }
        return side == .later ? from...ClipWindow.latestMs : 0...to
    }

    /// With the place itself in it.
    private static func range(
        _ place: Int32, back: Int32, on: Int32, within bounds: ClosedRange<Int64>
    ) -> ClosedRange<Int32> {
        let place = Int64(place)
        let from = min(place, max(place - Int64(back), bounds.lowerBound))
        let to = max(place, min(place + Int64(on), bounds.upperBound))
        return Int32(clamping: from)...Int32(clamping: to)
    }
}
