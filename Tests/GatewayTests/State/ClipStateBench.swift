import Domain
import Fakes
import Synchronization
import Testing

@testable import GatewayService

/// A state of clips by such a clock, with clips of one episode that are asked for, heard of and made.
struct ClipStateBench {
    /// Seconds since 1970.
    static let now: Int64 = 1_790_000_000
    let clock = HandClock()
    let clipState: ClipState

    init(
        busyFrom: Int = 4, waiters: Int = 10_000, flights: Int = 10_000, deadline: Duration = .seconds(120),
        unmeasured: Int = 10_000, hedgeAfter: Duration = .seconds(10), liveOfTenant: Int = 4,
        bulkClips: Int = 1000
    ) {
        let clock = clock
        clipState = ClipState(
            .init(
                signedSeconds: 90_000, standardWait: .seconds(30), table: .init(bytes: 1 << 20),
                failures: .init(count: 100),
                flights: .init(
                    limit: flights, waiters: waiters, workDeadline: deadline, hedgeAfter: hedgeAfter,
                    hedgeLeast: min(hedgeAfter, .seconds(2)), liveOfTenant: liveOfTenant),
                admission: .init(busyFrom: busyFrom, unmeasured: unmeasured),
                bulk: .init(limit: bulkClips)),
            clock: { clock.now })
    }

    static func id(_ number: Int) -> ClipID {
        let window = ClipWindow(startMs: Int32(number), endMs: Int32(number + 30_000))!
        let episode = try! EpisodeID(parsing: "507f1f77bcf86cd799439011")
        return ClipID(episode: episode, span: .window(window), format: .mp3)
    }

    @discardableResult
    func ask(
        _ number: Int, wait: Duration = .seconds(30), recheck: Bool = false, by tenant: Tenant? = nil,
        told: @escaping @Sendable (WaitResult) -> Void = { _ in }
    ) -> ClipState.Found {
        clipState.ask(
            ClipState.Question(
                id: Self.id(number), now: Self.now, wait: wait, recheck: recheck, permit: Permit(tenant: tenant)),
            answer: told)
    }

    static func key(_ number: Int, _ format: ClipFormat = .mp3) throws -> ObjectKey {
        let place = "507f1f77bcf86cd799439011/\(number)-\(number + 30_000)"
        return try #require(ObjectKey(parsing: "audio_clips/\(place)_v2-1a2b3c4d.\(format.rawValue)"))
    }

    /// - Parameters:
    ///   - checkedAgo: how long ago, in seconds, the cutter had looked at the source.
    ///   - expiresIn: when the object ends, in seconds.
    func ready(
        _ number: Int, as id: ClipID? = nil, checkedAgo: Int64 = 0, expiresIn: Int64 = 2_592_000, cut: Bool = true
    ) throws {
        let id = id ?? Self.id(number)
        let event = ClipReady(
            clipID: id, objectKey: try Self.key(number, id.format), startMs: Int32(number), durationMs: 30_000,
            sizeBytes: 480_000, storedAt: Self.now, objectExpiresAt: Self.now + expiresIn,
            sourceCheckedAt: Self.now - checkedAgo, exact: .sample, cut: cut)
        clipState.saw(ready: ReadyClip(event), cut: cut, of: id, now: Self.now)
    }
}

extension ClipState.Known {
    var clip: ReadyClip? { if case .ready(let clip, _) = self { clip } else { nil } }
    var outcome: WorkOutcome? { if case .ready(_, let outcome) = self { outcome } else { nil } }
    var stage: Stage? { if case .under(let stage) = self { stage } else { nil } }
    var fault: Problem? { if case .failed(let fault) = self { fault } else { nil } }
}

extension ClipState.Found {
    var isReady: Bool { if case .ready = self { true } else { false } }
    var isUnmeasured: Bool { if case .unmeasured = self { true } else { false } }
    var isFull: Bool { if case .full = self { true } else { false } }
    var isDeferred: Bool { if case .deferred = self { true } else { false } }
    var isWaiting: Bool { if case .waiting = self { true } else { false } }
    /// It began work, or asked for it anew.
    var isPublished: Bool { if case .waiting(_, .some) = self { true } else { false } }
    var expected: Duration? { if case .late(let expected) = self { expected } else { nil } }
}
