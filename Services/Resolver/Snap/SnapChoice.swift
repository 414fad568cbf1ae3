import Domain
import Transcripts

/// Chooses where a clip's edges come to lie: at the places of a transcript where sentences, or its chunks, begin and end.
///
/// Outwards to the nearest one within the bound, never to a longer clip than there may be; where that would be too long, inwards
/// to the last end that fits. What has none in reach stays, and is left to the sound.
struct SnapChoice {
    let asked: ClipWindow
    let snap: Snap
    /// The longest clip there may be, in milliseconds; at least as long as what was asked for.
    let longestMs: Int32
    /// In the order of their times.
    let breaks: [TranscriptBreak]

    /// An edge's place; `found` is nil where the transcript has none in reach.
    struct Edge: Equatable {
        let ms: Int32
        let found: Timing?

        init(at ms: Int32) { (self.ms, found) = (ms, nil) }
        init(_ place: TimedPlace) { (ms, found) = (place.ms, place.timing) }
    }

    /// Start and end; at least a millisecond apart.
    var edges: (start: Edge, end: Edge) {
        if snap.kind == .silence { return (Edge(at: asked.startMs), Edge(at: asked.endMs)) }
        if let moment = snap.momentMs { return SnapAroundMoment(choice: self, moment: moment).edges }
        return aroundWindow
    }

    private var aroundWindow: (start: Edge, end: Edge) {
        let start = outwardStart.map(Edge.init) ?? Edge(at: asked.startMs)
        let end = outwardEnd.map(Edge.init) ?? Edge(at: asked.endMs)
        guard !fits(start.ms, end.ms) else { return (start, end) }
        // The beginning is what a listener hears first, so it stays for as long as any end fits.
        let later = starts.filter { $0.ms > start.ms && reaches($0.ms, asked.startMs) }.map(Edge.init)
        for start in [start] + later {
            let end = ends.last { reaches($0.ms, asked.endMs) && fits(start.ms, $0.ms) }
            if let end { return (start, Edge(end)) }
        }
        return (Edge(at: asked.startMs), Edge(at: asked.endMs))
    }

    /// Where a start that lies in a pause is brought to: what follows the pause. Else where the sentence that it lies in began.
    private var outwardStart: TimedPlace? {
        let at = asked.startMs
        if let pause = breaks.first(where: { $0.isPause(at: at) }) {
            return pause.start.flatMap { reaches($0.ms, at) ? $0 : nil }
        }
        return starts.last { $0.ms <= at && reaches($0.ms, at) }
    }

    private var outwardEnd: TimedPlace? {
        let at = asked.endMs
        if let pause = breaks.last(where: { $0.isPause(at: at) }) {
            return pause.end.flatMap { reaches($0.ms, at) ? $0 : nil }
        }
        return ends.first { $0.ms >= at && reaches($0.ms, at) }
    }

    /// In the order of their times.
    var starts: [TimedPlace] { breaks.compactMap(\.start).sorted { $0.ms < $1.ms } }
    var ends: [TimedPlace] { breaks.compactMap(\.end).sorted { $0.ms < $1.ms } }

    private func fits(_ start: Int32, _ end: Int32) -> Bool { start < end && end - start <= longestMs }

    private func reaches(_ place: Int32, _ from: Int32) -> Bool {
        abs(Int64(place) - Int64(from)) <= Int64(snap.maxShiftMs)
    }
}

extension TranscriptBreak {
    /// Whether nothing is said at a time, but before or after it: between its end and its start.
    func isPause(at ms: Int32) -> Bool { end?.ms ?? .min <= ms && ms <= start?.ms ?? .max }
}

/// The sentence at a moment, and those around it, the nearest first, as many as there is room for.
struct SnapAroundMoment {
    let choice: SnapChoice
    let moment: Int32

    private var asked: ClipWindow { choice.asked }
    private var mostMs: Int32 { min(asked.durationMs, choice.longestMs) }

    var edges: (start: SnapChoice.Edge, end: SnapChoice.Edge) {
        let moment = spoken
        let bound = Int64(choice.snap.maxShiftMs)
        let starts = choice.starts.filter { $0.ms <= moment && Int64($0.ms) >= Int64(asked.startMs) - bound }
        let ends = choice.ends.filter { $0.ms > moment && Int64($0.ms) <= Int64(asked.endMs) + bound }
        guard var start = starts.last, var end = ends.first, end.ms - start.ms <= mostMs else {
            // A sentence that is longer than the clip may be, or that has an edge out of reach: what of it lies in the window.
            let start = starts.last { $0.ms >= asked.startMs }
            let end = ends.first { $0.ms <= asked.endMs }
            return (
                start.map(SnapChoice.Edge.init) ?? .init(at: asked.startMs),
                end.map(SnapChoice.Edge.init) ?? .init(at: asked.endMs)
            )
        }
        var (before, after) = (starts.dropLast(), ends.dropFirst())
        while true {
            let earlier = before.last.flatMap { end.ms - $0.ms <= mostMs ? $0 : nil }
            let later = after.first.flatMap { $0.ms - start.ms <= mostMs ? $0 : nil }
            switch (earlier, later) {
            case (let earlier?, let later?):
                if moment - earlier.ms <= later.ms - moment {
                    start = earlier
                    before = before.dropLast()
                } else {
                    end = later
                    after = after.dropFirst()
                }
            case (let earlier?, nil):
                start = earlier
                before = before.dropLast()
            case (nil, let later?):
                end = later
                after = after.dropFirst()
            case (nil, nil): return (.init(start), .init(end))
            }
        }
    }

    /// The moment, or where the next sentence begins if it lies in the pause before that: what is searched for is mostly found
    /// by its beginning, and times are rounded.
    private var spoken: Int32 {
        let pause = choice.breaks.last { $0.isPause(at: moment) }
        guard let next = pause?.start, next.ms < asked.endMs, next.ms - moment <= choice.snap.maxShiftMs else {
            return moment
        }
        return next.ms
    }
}
