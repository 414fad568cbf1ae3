import Transcripts

/// Where the edges of a clip were moved to, and how sure that is.
public struct Snapped: Hashable, Sendable {
    /// What was asked for; of a chunk, the window that it stands for.
    public let asked: ClipWindow
    /// By what both edges lie: where one of them found nothing better in reach than a quiet place, `silence`.
    public let kind: Snap.Kind
    /// `exact` only if the times of both edges stand in the transcript.
    public let basis: Timing

    public init(asked: ClipWindow, kind: Snap.Kind, basis: Timing) {
        self.asked = asked
        self.kind = kind
        self.basis = basis
    }
}

/// Within which bounds a clip's edges may still be moved to a quiet place, once its window is known.
public struct ClipEdges: Hashable, Sendable {
    public let snapped: Snapped
    /// Milliseconds from the episode's first sample; the window's start lies in it.
    public let start: ClosedRange<Int32>
    /// Behind `start`; the window's end lies in it.
    public let end: ClosedRange<Int32>

    public init(_ snapped: Snapped, start: ClosedRange<Int32>, end: ClosedRange<Int32>) {
        self.snapped = snapped
        self.start = start
        self.end = end
    }

    /// - Throws: `.badField` unless the window's edges lie within, and the end behind the start.
    func check(around window: ClipWindow) throws(EventFault) {
        guard start.lowerBound >= 0, start.contains(window.startMs) else {
            throw .badField(name: "start_from_ms", problem: "must be 0 or more, and start_ms from there to start_to_ms")
        }
        guard end.contains(window.endMs), start.upperBound < end.lowerBound else {
            throw .badField(
                name: "end_from_ms", problem: "must be later than start_to_ms, and end_ms from there to end_to_ms")
        }
    }
}

extension ClipEdges: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind = "by"
        case basis
        case askedStartMs = "asked_start_ms"
        case askedEndMs = "asked_end_ms"
        case startFromMs = "start_from_ms"
        case startToMs = "start_to_ms"
        case endFromMs = "end_from_ms"
        case endToMs = "end_to_ms"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func range(_ from: CodingKeys, _ to: CodingKeys) throws -> ClosedRange<Int32> {
            let (first, last) = (try fields.decode(Int32.self, forKey: from), try fields.decode(Int32.self, forKey: to))
            guard first <= last else {
                throw EventFault.badField(name: to.rawValue, problem: "must not be before \(from.rawValue)")
            }
            return first...last
        }
        (start, end) = (try range(.startFromMs, .startToMs), try range(.endFromMs, .endToMs))
        snapped = try Snapped(
            startMs: fields.decode(Int32.self, forKey: .askedStartMs),
            endMs: fields.decode(Int32.self, forKey: .askedEndMs), kind: fields.decode(String.self, forKey: .kind),
            basis: fields.decode(String.self, forKey: .basis))
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(snapped.asked.startMs, forKey: .askedStartMs)
        try fields.encode(snapped.asked.endMs, forKey: .askedEndMs)
        try fields.encode(snapped.kind.rawValue, forKey: .kind)
        try fields.encode(snapped.basis.rawValue, forKey: .basis)
        try fields.encode(start.lowerBound, forKey: .startFromMs)
        try fields.encode(start.upperBound, forKey: .startToMs)
        try fields.encode(end.lowerBound, forKey: .endFromMs)
        try fields.encode(end.upperBound, forKey: .endToMs)
    }
}

extension Snapped {
    /// - Throws: `.badField` for what no writer of ours writes.
    init(startMs: Int32, endMs: Int32, kind: String, basis: String) throws(EventFault) {
        guard let asked = ClipWindow(startMs: startMs, endMs: endMs) else {
            throw .badField(name: "asked_end_ms", problem: "must be later than asked_start_ms, and that 0 or more")
        }
        guard let kind = Snap.Kind(rawValue: kind) else {
            throw .badField(name: "by", problem: "is not a known word")
        }
        guard let basis = Timing(rawValue: basis) else {
            throw .badField(name: "basis", problem: "is not a known word")
        }
        self.init(asked: asked, kind: kind, basis: basis)
    }
}
