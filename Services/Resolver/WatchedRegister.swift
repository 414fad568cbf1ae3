import Domain
import Episodes
import Synchronization

/// A register that remembers whether its last write was taken, for the service's health.
final class WatchedRegister: ClipRegister {
    private struct Failure {
        let fault: CatalogFault
        let at: ContinuousClock.Instant
    }

    /// A write that failed is tried again within seconds, so a failure that is this old was the last of its record: it has
    /// become a dead letter, and what is true now only the next write knows.
    static let memory = Duration.seconds(30)

    private let register: any ClipRegister
    private let now: @Sendable () -> ContinuousClock.Instant
    private let last = Mutex<Failure?>(nil)

    init(_ register: any ClipRegister, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.register = register
        self.now = now
    }

    /// What the last write failed by; nil if it was taken, or too long ago to mean anything.
    var lastFault: CatalogFault? {
        let oldest = now() - Self.memory
        return last.withLock { last in last.flatMap { $0.at > oldest ? $0.fault : nil } }
    }

    func record(_ clip: RegisteredClip) async throws(CatalogFault) {
        do throws(CatalogFault) {
            try await register.record(clip)
            last.withLock { $0 = nil }
        } catch {
            switch error {
            case .refused, .unavailable, .timedOut: last.withLock { $0 = Failure(fault: error, at: now()) }
            case .noSuchEpisode, .noTranscript, .transcriptMissing, .noSuchChunk, .badEpisodeData, .tooManyWaiting,
                .resting, .closed:
                break
            }
            throw error
        }
    }

    func removeAll(episode: ObjectID) async throws(CatalogFault) { try await register.removeAll(episode: episode) }
}
