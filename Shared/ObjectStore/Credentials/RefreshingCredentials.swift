import HTTPClient
import Synchronization
import Text

/// Credentials, fetched in the background again and again before they end, one fetch at a time.
///
/// Until the first have come, and when they have ended and could not be renewed, `current` throws `.noCredentials`. Let go
/// of it and the fetching stops.
public final class RefreshingCredentials: CredentialsSource {
    typealias Fetch = @Sendable () async throws(ObjectStoreFault) -> Credentials
    public typealias Outcome = Result<Credentials, ObjectStoreFault>

    private let held: Held
    private let refreshing: Task<Void, Never>
    private let first: Task<Void, Never>

    /// Starts fetching at once.
    ///
    /// - Parameter told: of each fetch's outcome; it must not block.
    public convenience init(
        from origin: CredentialsOrigin, http: HTTPClient, told: @escaping @Sendable (Outcome) -> Void = { _ in }
    ) {
        self.init(
            fetch: { () async throws(ObjectStoreFault) in try await origin.fetch(over: http) },
            pause: { try? await Task.sleep(for: $0) }, now: { WallTime.now().seconds },
            unendingRefreshSeconds: origin.unendingRefreshSeconds, told: told)
    }

    /// - Parameters:
    ///   - pause: waits that long, or less if cancelled.
    ///   - now: seconds since 1970.
    ///   - unendingRefreshSeconds: after which those that name no end are fetched anew.
    init(
        fetch: @escaping Fetch, pause: @escaping @Sendable (Duration) async -> Void,
        now: @escaping @Sendable () -> Int64, unendingRefreshSeconds: Int64 = 3_600,
        told: @escaping @Sendable (Outcome) -> Void = { _ in }
    ) {
        let held = Held(now: now, unendingRefreshSeconds: unendingRefreshSeconds)
        self.held = held
        let (outcomes, outcome) = AsyncStream.makeStream(of: Void.self)
        first = Task { for await _ in outcomes { return } }
        refreshing = Task {
            var failures = 0
            while !Task.isCancelled {
                let result = await Self.outcome(of: fetch, now: now)
                held.renew(result)
                told(result)
                outcome.finish()
                if case .failure = result {
                    failures += 1
                    await pause(.milliseconds(Int64.random(in: 500...1_000) << min(failures - 1, 6)))
                } else {
                    failures = 0
                    while let rest = held.restSeconds, !Task.isCancelled { await pause(.seconds(min(rest, 60))) }
                }
            }
            outcome.finish()
        }
    }

    deinit { refreshing.cancel() }

    public func current() throws(ObjectStoreFault) -> Credentials { try held.current() }

    /// Returns once the first fetch has ended, well or not.
    public func firstFetched() async { await first.value }

    private static func outcome(of fetch: Fetch, now: @Sendable () -> Int64) async -> Outcome {
        do throws(ObjectStoreFault) {
            let credentials = try await fetch()
            // A source that hands out what it has kept for too long is asked as one that fails: ever more seldom.
            guard !credentials.isOver(at: now()) else {
                return .failure(.noCredentials(reason: "those that were handed out have ended already"))
            }
            return .success(credentials)
        } catch { return .failure(error) }
    }
}

private final class Held: Sendable {
    private struct State {
        var credentials: Credentials?
        /// Of the last fetch; nil once one has succeeded.
        var fault: ObjectStoreFault? = .noCredentials(reason: "not yet fetched")
        var refreshAt: Int64 = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Int64
    private let unendingRefreshSeconds: Int64

    init(now: @escaping @Sendable () -> Int64, unendingRefreshSeconds: Int64) {
        self.now = now
        self.unendingRefreshSeconds = unendingRefreshSeconds
    }

    /// A failure leaves what is held in use for as long as it is good.
    func renew(_ result: RefreshingCredentials.Outcome) {
        let now = now()
        state.withLock { state in
            switch result {
            case .success(let credentials):
                state.credentials = credentials
                state.fault = nil
                state.refreshAt = refreshTime(of: credentials, now)
            case .failure(let fault):
                state.fault = fault
            }
        }
    }

    /// Until it is time to fetch anew; nil when it is.
    var restSeconds: Int64? {
        let rest = state.withLock { $0.refreshAt } - now()
        return rest > 0 ? rest : nil
    }

    func current() throws(ObjectStoreFault) -> Credentials {
        let state = state.withLock { $0 }
        if let credentials = state.credentials, !credentials.isOver(at: now()) { return credentials }
        if let fault = state.fault { throw fault }
        throw .noCredentials(reason: "they have ended, and are being renewed")
    }

    /// Halfway to their end: URLs that are signed with them end when they do, so the fresher the better. A source that has none
    /// newer yet is asked again after half of what is left, so in time for what it makes minutes before the end.
    private func refreshTime(of credentials: Credentials, _ now: Int64) -> Int64 {
        guard let end = credentials.expiresAtUnixSeconds else { return now + unendingRefreshSeconds }
        return now + max((end - now) / 2, 1)
    }
}

extension Credentials {
    /// Whether they have ended by then.
    func isOver(at unixSeconds: Int64) -> Bool { expiresAtUnixSeconds.map { $0 <= unixSeconds } ?? false }
}
