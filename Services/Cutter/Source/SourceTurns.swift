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
        var users = 0
    }

    private let soon: Duration
    private let queueLimit: Int
    private let quick: Mutex<RecentlyUsed<Version, Bool>>
    private let lines = Mutex<[Version: Line]>([:])

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
    func run<Value: Sendable>(
        _ source: SourceAudio, in slots: WorkSlots, _ work: () async throws(ClipFault) -> Value
    ) async throws(BoundedFault<ClipFault>) -> Value {
        let version = Version(key: source.key, etag: source.etag.text)
        guard !isQuick(version) else { return try await timed(version, in: slots, work) }
        let line = enter(version)
        let result: Result<Value?, BoundedFault<ClipFault>>
        do throws(BoundedFault<BoundedFault<ClipFault>>) {
            result = .success(
                try await line.withSlot { () async throws(BoundedFault<ClipFault>) -> Value? in
                    // Whoever was before may have shown that nobody needs to wait.
                    isQuick(version) ? nil : try await timed(version, in: slots, work)
                })
        } catch {
            switch error {
            case .full(let limit): result = .failure(.full(limit: limit))
            case .cancelled: result = .failure(.cancelled)
            case .failed(let fault): result = .failure(fault)
            }
        }
        leave(version)
        if let value = try result.get() { return value }
        return try await timed(version, in: slots, work)
    }

    /// Counts from the slot on: to wait for one is not the source's doing.
    private func timed<Value: Sendable>(
        _ version: Version, in slots: WorkSlots, _ work: () async throws(ClipFault) -> Value
    ) async throws(BoundedFault<ClipFault>) -> Value {
        try await slots.withSlot { () async throws(ClipFault) in
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
        lines.withLock { $0[Version(key: source.key, etag: source.etag.text)]?.users ?? 0 }
    }

    private func isQuick(_ version: Version) -> Bool { quick.withLock { $0.get(version) ?? false } }

    private func note(_ version: Version, isQuick: Bool) {
        quick.withLock { quick in
            if isQuick { _ = quick.insert(true, for: version) } else { _ = quick.remove(version) }
        }
    }

    private func enter(_ version: Version) -> WorkSlots {
        lines.withLock { lines in
            var line = lines[version] ?? Line(slot: WorkSlots(count: 1, queueLimit: queueLimit))
            line.users += 1
            lines[version] = line
            return line.slot
        }
    }

    private func leave(_ version: Version) {
        lines.withLock { lines in
            guard var line = lines[version] else { return }
            line.users -= 1
            lines[version] = line.users > 0 ? line : nil
        }
    }
}
