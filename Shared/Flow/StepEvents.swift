import Domain

extension ClipEvent {
    /// What is left of the work's deadline, where the event says so.
    var budget: Int64? {
        switch self {
        case let event as ClipRequested: event.budgetMs
        case let event as ClipResolved: event.budgetMs
        default: nil
        }
    }

    /// A tombstone in a compacted topic takes a clip away; elsewhere it is no event.
    static var acceptsTombstones: Bool { self == ClipReady.self }
}
