/// The topics between the services. An operator may put a prefix before all of them.
public struct Topics: Hashable, Sendable {
    public let requested: LaneTopics
    public let resolved: LaneTopics
    public let ready: String
    public let failed: String
    public let deadLetter: String
    /// Episodes of which everything is deleted.
    public let purged: String
    /// What clients have used of their limits, which gateways tell each other.
    public let usage: String

    /// - Parameter prefix: nothing, or a name of its own for each deployment that shares a broker, e.g. `staging.`.
    public init(prefix: String = "") {
        requested = LaneTopics(live: prefix + "clip.requested")
        resolved = LaneTopics(live: prefix + "clip.resolved")
        ready = prefix + "clip.ready"
        failed = prefix + "clip.failed"
        deadLetter = prefix + "clip.dead-letter"
        purged = prefix + "clip.purged"
        usage = prefix + "gateway.usage"
    }

    /// Every kind of event that there is. docs/events has a schema and examples of each.
    public static let events: [any (ClipEvent & Equatable).Type] = [
        ClipRequested.self, ClipResolved.self, ClipReady.self, ClipFailed.self, EpisodePurged.self, GatewayUsage.self,
    ]

    /// Every topic that there is.
    public var all: [String] { requested.all + resolved.all + [ready, failed, deadLetter, purged, usage] }

    /// Those of which consumer groups read each record once, so that one that was put aside can be put back.
    public var readByGroups: [String] { all.filter { ![failed, deadLetter, purged, usage].contains($0) } }

    /// The lane that work in a topic belongs to; live for topics that have no lanes.
    public func lane(of topic: String) -> Lane {
        [requested.bulk, resolved.bulk].contains(topic) ? .bulk : .live
    }

    /// Whether live requests need it: what is wrong with any other topic keeps no service from being ready.
    public func isEssential(_ topic: String) -> Bool { lane(of: topic) == .live && topic != usage }
}
