import Domain

/// Sees to it that a tenant with much work under way does not keep others waiting: what it asks for beyond its share goes by the
/// bulk lane, which resolvers and cutters work on while the live lane leaves room.
///
/// Nothing is held back here: where there is room, all of a tenant's work is done as fast as it goes.
struct FairShare {
    private let limit: Int
    /// Clips of each tenant in the live lane.
    private var live: [Tenant: Int] = [:]
    /// Clips of tenants that go by the bulk lane: whatever is live overtakes them.
    private(set) var deferred = 0

    /// - Parameter limit: of one tenant's clips in the live lane.
    init(limit: Int) { self.limit = limit }

    /// - Parameter tenant: nil for a client that nobody tells from others, such as one on this machine: it has no share.
    func lane(for tenant: Tenant?) -> Lane {
        tenant.flatMap { live[$0] }.map { $0 >= limit } == true ? .bulk : .live
    }

    mutating func begin(_ tenant: Tenant?, by lane: Lane) {
        switch lane {
        case .bulk: deferred += 1
        case .live: if let tenant { live[tenant, default: 0] += 1 }
        }
    }

    mutating func end(_ tenant: Tenant?, by lane: Lane) {
        switch lane {
        case .bulk: deferred -= 1
        case .live:
            guard let tenant, let count = live[tenant] else { return }
            live[tenant] = count > 1 ? count - 1 : nil
        }
    }
}
