/// The topics between the services. An operator may put a prefix before all of them.
public struct Topics: Hashable, Sendable {
    public let requested: String
    public let resolved: String
    public let ready: String
    public let failed: String
    public let deadLetter: String
    /// Episodes of which everything is deleted.
    public let purged: String

    /// - Parameter prefix: nothing, or a name of its own for each deployment that shares a broker, e.g. `staging.`.
    public init(prefix: String = "") {
        requested = prefix + "clip.requested"
        resolved = prefix + "clip.resolved"
        ready = prefix + "clip.ready"
        failed = prefix + "clip.failed"
        deadLetter = prefix + "clip.dead-letter"
        purged = prefix + "clip.purged"
    }
}
