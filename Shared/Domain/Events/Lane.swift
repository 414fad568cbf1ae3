/// How urgent work on clips is, from the topic that it comes by to the slot that it is done in.
///
/// Each lane has topics of its own, so that lag, retention and scaling of the two are seen and set apart.
public enum Lane: String, Hashable, Sendable, CaseIterable {
    /// Somebody waits for it.
    case live
    /// Nobody waits for it: it is done while live work leaves room.
    case bulk
}

/// The topics of one kind of work, one for each lane.
public struct LaneTopics: Hashable, Sendable {
    public let live: String
    public let bulk: String

    /// - Parameter live: the bulk lane's topic has `.bulk` behind this name.
    init(live: String) {
        self.live = live
        bulk = live + ".bulk"
    }

    public subscript(lane: Lane) -> String {
        switch lane {
        case .live: live
        case .bulk: bulk
        }
    }

    public var all: [String] { Lane.allCases.map { self[$0] } }
}
