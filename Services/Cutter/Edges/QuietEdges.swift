import Bounded
import Domain
import Synchronization

/// Moves a clip's edges to where it is quiet, within the bounds that the resolver has set.
///
/// The same source and the same bounds always give the same window, so every format of one request shows the same stretch.
final class QuietEdges: Sendable {
    private struct Question: Hashable {
        let source: String
        let etag: String
        let window: ClipWindow
        let edges: ClipEdges

        init(_ source: SourceAudio, _ window: ClipWindow, _ edges: ClipEdges) {
            (self.source, etag) = (source.key, source.etag.text)
            (self.window, self.edges) = (window, edges)
        }
    }

    /// Beyond the bounds, for the 30 ms that are measured.
    private static let marginMs: Int32 = 20
    /// What was found is kept for so many clips: a clip is often asked for in several formats at once.
    private static let mostKnown = 10_000

    private let maker: any ClipMaker
    private let known = Mutex(RecentlyUsed<Question, ClipWindow>(limitCount: mostKnown))

    init(_ maker: any ClipMaker) { self.maker = maker }

    /// The window of a clip whose edges may be moved, if it was found before.
    func known(_ window: ClipWindow, _ edges: ClipEdges, of source: SourceAudio) -> ClipWindow? {
        known.withLock { $0.get(Question(source, window, edges)) }
    }

    /// - Parameters:
    ///   - order: whose window is as the resolver found it.
    ///   - keepingBytes: the clip itself is made of the sound, and will need what is read.
    func moved(
        _ order: CutJob, _ edges: ClipEdges, keepingBytes: Bool
    ) async throws(ClipFault) -> (window: ClipWindow, held: HeldBytes?) {
        guard let start = stretch(edges.start), let end = stretch(edges.end) else { return (order.window, nil) }
        let heard = try await maker.sounds(of: [start, end], order, keepingBytes: keepingBytes)
        func place(_ number: Int, _ stretch: ClipWindow, _ range: ClosedRange<Int32>, _ near: Int32) -> Int32 {
            guard heard.sounds.indices.contains(number), let sound = heard.sounds[number] else { return near }
            return QuietPlace.ms(in: sound, startingAt: stretch.startMs, within: range, near: near) ?? near
        }
        let window =
            ClipWindow(
                startMs: place(0, start, edges.start, order.window.startMs),
                endMs: place(1, end, edges.end, order.window.endMs)) ?? order.window
        known.withLock { _ = $0.insert(window, for: Question(order.source, order.window, edges)) }
        return (window, heard.held)
    }

    private func stretch(_ range: ClosedRange<Int32>) -> ClipWindow? {
        let end = Int64(range.upperBound) + Int64(Self.marginMs)
        return ClipWindow(
            startMs: max(0, range.lowerBound - Self.marginMs), endMs: Int32(min(end, ClipWindow.latestMs)))
    }
}
