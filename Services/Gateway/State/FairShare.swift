import Domain

/// What counts together in the live lane: a tenant's clips and, so that no clip has to wait for a part of another one, the
/// parts of its clips.
struct Share: Hashable, Sendable {
    let tenant: Tenant
    var isOfParts = false
}

/// Sees to it that a tenant with much work under way does not keep others waiting: what it asks for beyond its share goes by the
/// bulk lane, which resolvers and cutters work on while the live lane leaves room.
///
/// Nothing is held back here: where there is room, all of a tenant's work is done as fast as it goes.
struct FairShare {
    private let limit: Int
    /// Clips of each share in the live lane.
    private var live: [Share: Int] = [:]
    /// Clips of tenants that go by the bulk lane: whatever is live overtakes them.
    private(set) var deferred = 0

    /// - Parameter limit: of one share's clips in the live lane.
    init(limit: Int) { self.limit = limit }

    /// - Parameter share: nil for a client that nobody tells from others, such as one on this machine.
    func lane(for share: Share?) -> Lane {
        share.flatMap { live[$0] }.map { $0 >= limit } == true ? .bulk : .live
    }

    mutating func begin(_ share: Share?, by lane: Lane) {
        switch lane {
        case .bulk: deferred += 1
        case .live: if let share { live[share, default: 0] += 1 }
        }
    }

    mutating func end(_ share: Share?, by lane: Lane) {
        switch lane {
        case .bulk: deferred -= 1
        case .live:
            guard let share, let count = live[share] else { return }
            live[share] = count > 1 ? count - 1 : nil
        }
    }
}
