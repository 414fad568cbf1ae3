import Domain

/// Reads how a clip's edges are to be moved (`snap`, `max_shift_ms`), and the moment around which it is to lie (`at`).
struct SnapQuery {
    /// Nil: the edges stay.
    private let kind: Snap.Kind?
    private let maxShiftMs: Int32
    /// Milliseconds from the episode's first sample; nil if there is none, or none that could be read.
    private let momentMs: Int64?
    /// Whether the window is given by its middle, well or badly.
    let isAroundMoment: Bool

    /// The parameters that count beside `snap` only.
    static func parameters(_ parameter: (String) -> FormatQuery.Value) -> [String] {
        if case .absent = parameter("snap") { return [] }
        return ["max_shift_ms"]
    }

    /// - Parameter takesMoment: `at` is a parameter here.
    init(
        takesMoment: Bool = true, faults: inout [ParameterFault], _ parameter: (String) -> FormatQuery.Value
    ) {
        var kind: Snap.Kind?
        var maxShiftMs = Snap.standardMaxShiftMs
        let wanted = parameter("snap")
        switch wanted {
        case .absent: break
        case .text(let word), .word(let word): kind = Snap.Kind(rawValue: word)
        case .number, .other: break
        }
        if case .absent = wanted {
        } else {
            if kind == nil {
                let known = Snap.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                faults.append(.init("snap", "must be one of \(known)"))
            }
            let largest = Int64(Snap.largestMaxShiftMs)
            switch Self.number(parameter("max_shift_ms")) {
            case .absent: break
            case .whole(let number) where (0...largest).contains(number): maxShiftMs = Int32(number)
            default: faults.append(.init("max_shift_ms", "must be a whole number of milliseconds, 0 to \(largest)"))
            }
        }
        self.kind = kind
        self.maxShiftMs = maxShiftMs
        switch takesMoment ? Self.number(parameter("at")) : .absent {
        case .absent: (momentMs, isAroundMoment) = (nil, false)
        case .whole(let number) where (0...ClipWindow.latestMs).contains(number):
            (momentMs, isAroundMoment) = (number, true)
        default:
            faults.append(.init("at", "must be a whole number of milliseconds, 0 to \(ClipWindow.latestMs)"))
            (momentMs, isAroundMoment) = (nil, true)
        }
    }

    /// Where a window begins that has the moment in its middle, or near its edge where an episode can't be longer.
    ///
    /// - Returns: nil where no window can last so long.
    func start(ofWindowLasting durationMs: Int64) -> Int64? {
        guard let momentMs, (1...ClipWindow.latestMs).contains(durationMs) else { return nil }
        return max(0, min(momentMs - durationMs / 2, ClipWindow.latestMs - durationMs))
    }

    /// As it stands in the id; nil if the edges stay.
    var snap: Snap? {
        kind.flatMap { Snap($0, maxShiftMs: maxShiftMs, momentMs: momentMs.map(Int32.init(clamping:))) }
    }

    private enum Number {
        case absent
        case whole(Int64)
        case other
    }

    private static func number(_ value: FormatQuery.Value) -> Number {
        switch value {
        case .absent: .absent
        case .number(let number): .whole(number)
        case .text(let digits) where digits.utf8.allSatisfy { (0x30...0x39).contains($0) }:
            Int64(digits).map { .whole($0) } ?? .other
        case .text, .word, .other: .other
        }
    }
}
