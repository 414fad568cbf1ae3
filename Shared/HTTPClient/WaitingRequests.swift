/// Requests in the order of their arrival, and how many connections are taken: in all, and by each host.
struct WaitingRequests {
    private let maxConnections: Int
    private let maxPerOrigin: Int
    private var waiting: [Transfer] = []
    private var taken = 0
    private var takenByOrigin: [Substring: Int] = [:]

    init(_ settings: HTTPClientSettings) {
        maxConnections = settings.maxConnections
        maxPerOrigin = settings.maxConnectionsPerHost
    }

    mutating func append(_ transfer: Transfer) { waiting.append(transfer) }

    /// The first whose host has a connection left; it counts as taken from then on.
    mutating func next() -> Transfer? {
        guard taken < maxConnections else { return nil }
        guard let index = waiting.firstIndex(where: { takenByOrigin[$0.origin, default: 0] < maxPerOrigin }) else {
            return nil
        }
        let transfer = waiting.remove(at: index)
        taken += 1
        takenByOrigin[transfer.origin, default: 0] += 1
        return transfer
    }

    mutating func connectionIsFree(of transfer: Transfer) {
        let origin = transfer.origin
        taken -= 1
        let left = takenByOrigin[origin, default: 1] - 1
        takenByOrigin[origin] = left == 0 ? nil : left
    }

    /// - Returns: whether it was there.
    mutating func remove(_ transfer: Transfer) -> Bool {
        guard let index = waiting.firstIndex(where: { $0 === transfer }) else { return false }
        waiting.remove(at: index)
        return true
    }

    mutating func removeAll() -> [Transfer] {
        defer { waiting = [] }
        return waiting
    }

    /// Those whose time was up before a connection was free.
    mutating func removeLate() -> [Transfer] {
        guard let earliestDeadline, earliestDeadline <= .now else { return [] }
        let now = ContinuousClock.now
        let late = waiting.filter { $0.queueDeadline <= now }
        waiting.removeAll { $0.queueDeadline <= now }
        return late
    }

    var earliestDeadline: ContinuousClock.Instant? { waiting.lazy.map(\.queueDeadline).min() }
}
