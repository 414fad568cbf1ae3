import Bounded
import Domain
import Synchronization

/// The clips that are being made here, once for each object key.
///
/// Who waits for a clip that is being made in the bulk lane makes it urgent: else live work would join one that has to let
/// all other live work pass.
final class CutFlights: Sendable {
    private struct Entry {
        let urgency: Urgency
        var users = 0
    }

    private let flights: SingleFlight<ObjectKey, StoredClip, ClipFault>
    private let entries = Mutex<[ObjectKey: Entry]>([:])

    /// - Parameter limit: how many are made at once, those included that wait for a slot.
    init(limit: Int) { flights = SingleFlight(limit: limit) }

    /// The outcome of the work under way for `key`, or of `work`, begun now.
    ///
    /// - Parameter work: takes how urgent it is, which may change while it waits.
    func run(
        _ key: ObjectKey, in lane: Lane,
        _ work: @escaping @Sendable (Urgency) async throws(ClipFault) -> StoredClip
    ) async throws(BoundedFault<ClipFault>) -> StoredClip {
        let urgency = enter(key)
        defer { leave(key) }
        if lane == .live { urgency.raise() }
        return try await flights.run(key) { () async throws(ClipFault) in try await work(urgency) }
    }

    /// Callers that wait for a key.
    func waiting(for key: ObjectKey) -> Int { flights.waiting(key) }

    private func enter(_ key: ObjectKey) -> Urgency {
        entries.withLock { entries in
            var entry = entries[key] ?? Entry(urgency: Urgency(isUrgent: false))
            entry.users += 1
            entries[key] = entry
            return entry.urgency
        }
    }

    private func leave(_ key: ObjectKey) {
        entries.withLock { entries in
            guard var entry = entries[key] else { return }
            entry.users -= 1
            entries[key] = entry.users > 0 ? entry : nil
        }
    }
}
