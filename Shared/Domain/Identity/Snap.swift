import Text

/// How the edges of a clip are to be moved away from the window that was asked for, so that it begins and ends well.
///
/// It is part of the clip id, in one spelling: `…/30000-60000~sentence-4000.mp3`. Around a moment, the window lies with that
/// in its middle and is the most that is wanted: `…/30000-60000~sentence-4000-at-45000.mp3`.
public struct Snap: Hashable, Sendable {
    /// To what. The raw value is the word of clients, ids and events.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Outwards, to where sentences begin and end.
        case sentence
        /// Outwards, to where the transcript's chunks begin and end.
        case chunk
        /// To the quietest place nearby.
        case silence
    }

    public static let standardMaxShiftMs: Int32 = 4_000
    public static let largestMaxShiftMs: Int32 = 10_000

    public let kind: Kind
    /// Packed, since there are many ids in memory.
    private let shift: UInt16
    /// −1: none.
    private let moment: Int32

    /// How far an edge may come to lie from where it was asked for: 0 to `largestMaxShiftMs`.
    public var maxShiftMs: Int32 { Int32(shift) }

    /// Around which the clip is to lie, from the episode's first sample; nil where a window was asked for.
    public var momentMs: Int32? { moment < 0 ? nil : moment }

    /// - Parameter momentMs: within the window that the id names; 0 or more.
    /// - Returns: nil beyond these limits.
    public init?(_ kind: Kind, maxShiftMs: Int32 = standardMaxShiftMs, momentMs: Int32? = nil) {
        guard (0...Self.largestMaxShiftMs).contains(maxShiftMs), momentMs ?? 0 >= 0 else { return nil }
        self.kind = kind
        shift = UInt16(maxShiftMs)
        moment = momentMs ?? -1
    }

    /// Whether a clip of `window` may be the answer to a request for `asked`. Around a moment the edges may come nearer to it
    /// as they like.
    func allows(_ window: ClipWindow, askedFor asked: ClipWindow) -> Bool {
        let (start, end) = (Int64(window.startMs) - Int64(asked.startMs), Int64(window.endMs) - Int64(asked.endMs))
        let most = Int64(maxShiftMs)
        guard start >= -most, end <= most else { return false }
        return momentMs != nil || start <= most && end >= -most
    }
}

extension Snap: CustomStringConvertible {
    /// As in clip ids, without the sign before it.
    public var description: String {
        "\(kind.rawValue)-\(maxShiftMs)" + (momentMs.map { "-at-\($0)" } ?? "")
    }

    /// Reads what `description` writes, and nothing else.
    init?(parsing text: inout TextCursor) {
        let kind: Kind
        if text.take("sentence-") {
            kind = .sentence
        } else if text.take("chunk-") {
            kind = .chunk
        } else if text.take("silence-") {
            kind = .silence
        } else {
            return nil
        }
        guard let shift = text.number(Int32.self) else { return nil }
        var moment: Int32?
        if text.take("-at-") {
            guard let number = text.number(Int32.self) else { return nil }
            moment = number
        }
        self.init(kind, maxShiftMs: shift, momentMs: moment)
    }
}
