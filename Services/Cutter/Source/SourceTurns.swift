import Bounded
import Domain
import Synchronization

/// Keeps one source from taking all slots: until a cut of it has ended well and soon, its cuts come one after the other.
///
/// A source that takes ffmpeg to its limits takes one slot for so long, and not each slot for each window that is asked for.
final class SourceTurns: Sendable {
    private struct Version: Hashable, Sendable {
        let key: String
        let etag: String
    }

    private struct Line {
        let slot: WorkSlots
        /// Those who have the turn or wait for it.
        var users: [UInt64: Urgency] = [:]
        /// Who has it. It may wait for one of the slots that it shares with other sources.
        var holder: Urgency?
    }

    private let soon: Duration
    private let queueLimit: Int
    private let quick: Mutex<RecentlyUsed<Version, Bool>>
    private let lines = Mutex<[Version: Line]>([:])
    private let numbers = Atomic<UInt64>(0)

    /// - Parameters:
    ///   - soon: what a cut may take for its source to be one that needs no turns.
    ///   - entries: how many of these sources are known.
    ///   - queueLimit: how many wait for a turn at one source.
    init(soon: Duration = .seconds(5), entries: Int, queueLimit: Int) {
        self.soon = soon
        self.queueLimit = queueLimit
        quick = Mutex(RecentlyUsed(limitCount: max(1, entries)))
    }

    /// Runs `work` in one of `slots`: at once for a source that is known to be quick, else when no other work on the same
    /// source waits for one or has it.
    ///
    /// - Parameter urgency: whoever has the turn that urgent work waits for is as urgent.
    func run<Value: Sendable>(
        _ source: SourceAudio, in slots: WorkSlots, _ urgency: Urgency = .urgent,
        _ work: () async throws(ClipFault) -> Value
    ) async throws(BoundedFault<ClipFault>) -> Value {
        let version = Version(key: source.key, etag: source.etag.text)
        guard !isQuick(version) else { return try await timed(version, in: slots, urgency, work) }
        let number = numbers.add(1, ordering: .relaxed).newValue
        let line = enter(version, number, urgency)
        let observer = urgency.whenRaised { self.raiseHolder(version) }
        raiseHolder(version)
        let result: Result<Value?, BoundedFault<ClipFault>>
        do throws(BoundedFault<BoundedFault<ClipFault>>) {
            result = .success(
                try await line.withSlot(urgency) { () async throws(BoundedFault<ClipFault>) -> Value? in
                    // Whoever was before may have shown that nobody needs to wait.
                    if isQuick(version) { return nil }
                    hold(version, urgency)
                    return try await timed(version, in: slots, urgency, work)
                })
        } catch {
            switch error {
            case .full(let limit): result = .failure(.full(limit: limit))
            case .cancelled: result = .failure(.cancelled)
            case .failed(let fault): result = .failure(fault)
            }
        }
        urgency.forget(observer)
        leave(version, number)
        if let value = try result.get() { return value }
        return try await timed(version, in: slots, urgency, work)
    }

    /// Counts from the slot on: to wait for one is not the source's doing.
    private func timed<Value: Sendable>(
        _ version: Version, in slots: WorkSlots, _ urgency: Urgency, _ work: () async throws(ClipFault) -> Value
    ) async throws(BoundedFault<ClipFault>) -> Value {
        try await slots.withSlot(urgency) { () async throws(ClipFault) in
            let began = ContinuousClock.now
            do throws(ClipFault) {
                let value = try await work()
                note(version, isQuick: began.duration(to: .now) <= soon)
                return value
            } catch {
                if error.reason == .cutFailed { note(version, isQuick: false) }
                throw error
            }
        }
    }

    /// Works on a source that have its turn or wait for it.
    func inLine(_ source: SourceAudio) -> Int {
        lines.withLock { $0[Version(key: source.key, etag: source.etag.text)]?.users.count ?? 0 }
    }

    private func isQuick(_ version: Version) -> Bool { quick.withLock { $0.get(version) ?? false } }

    private func note(_ version: Version, isQuick: Bool) {
        quick.withLock { quick in
            if isQuick { _ = quick.insert(true, for: version) } else { _ = quick.remove(version) }
        }
    }

    private func enter(_ version: Version, _ number: UInt64, _ urgency: Urgency) -> WorkSlots {
        lines.withLock { lines in
            let slot = lines[version]?.slot ?? WorkSlots(count: 1, queueLimit: queueLimit)
            lines[version, default: Line(slot: slot)].users[number] = urgency
            return slot
        }
    }

    private func hold(_ version: Version, _ urgency: Urgency) {
        lines.withLock { $0[version]?.holder = urgency }
        raiseHolder(version)
    }

    /// Called when somebody comes to the line, when one in it becomes urgent, and when the turn passes on: whichever is last
    /// finds both the holder and who waits for it.
    private func raiseHolder(_ version: Version) {
        let holder = lines.withLock { lines -> Urgency? in
            guard let line = lines[version], line.users.values.contains(where: \.isUrgent) else { return nil }
            return line.holder
        }
        holder?.raise()
    }

    private func leave(_ version: Version, _ number: UInt64) {
        lines.withLock { lines in
            guard var line = lines[version] else { return }
            line.users[number] = nil
            lines[version] = line.users.isEmpty ? nil : line
        }
    }
}
