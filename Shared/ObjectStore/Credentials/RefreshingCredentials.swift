import HTTPClient
import Synchronization
import Text

/// Temporary credentials, fetched in the background again and again before they end.
///
/// Until the first have come, and whenever they could not be renewed in time, `current` throws `.noCredentials`. Let go of
/// it and the fetching stops.
public final class RefreshingCredentials: CredentialsSource {
    typealias Fetch = @Sendable () async throws(ObjectStoreFault) -> Credentials

    private let held: Held
    private let refreshing: Task<Void, Never>

    /// Starts fetching at once.
    public convenience init(from origin: CredentialsOrigin, http: HTTPClient) {
        self.init(
            fetch: { () async throws(ObjectStoreFault) in try await origin.fetch(over: http) },
            pause: { try? await Task.sleep(for: $0) }, now: { WallTime.now().seconds })
    }

    /// - Parameters:
    ///   - pause: waits that long, or less if cancelled.
    ///   - now: seconds since 1970.
    init(
        fetch: @escaping Fetch, pause: @escaping @Sendable (Duration) async -> Void,
        now: @escaping @Sendable () -> Int64
    ) {
        let held = Held(now: now)
        self.held = held
        refreshing = Task {
            var failures = 0
            while !Task.isCancelled {
                do throws(ObjectStoreFault) {
                    held.renew(.success(try await fetch()))
                    failures = 0
                    while let rest = held.restSeconds, !Task.isCancelled { await pause(.seconds(min(rest, 60))) }
                } catch {
                    held.renew(.failure(error))
                    failures += 1
                    await pause(.milliseconds(Int64.random(in: 500...1_000) << min(failures - 1, 6)))
                }
            }
        }
    }

    deinit { refreshing.cancel() }

    public func current() throws(ObjectStoreFault) -> Credentials { try held.current() }
}

private final class Held: Sendable {
    private let state = Mutex<Result<Credentials, ObjectStoreFault>>(
        .failure(.noCredentials(reason: "not yet fetched")))
    private let refreshAt = Mutex<Int64>(0)
    private let now: @Sendable () -> Int64

    init(now: @escaping @Sendable () -> Int64) { self.now = now }

    /// A failure leaves what is held in use for as long as it is good.
    func renew(_ result: Result<Credentials, ObjectStoreFault>) {
        let now = now()
        if case .success(let credentials) = result { refreshAt.withLock { $0 = refreshTime(of: credentials, now) } }
        state.withLock { state in
            if case .failure = result, case .success(let kept) = state, !kept.isOver(at: now) { return }
            state = result
        }
    }

    /// Until it is time to fetch anew; nil when it is.
    var restSeconds: Int64? {
        let rest = refreshAt.withLock { $0 } - now()
        return rest > 0 ? rest : nil
    }

    func current() throws(ObjectStoreFault) -> Credentials {
        let credentials = try state.withLock { $0 }.get()
        if credentials.isOver(at: now()) { throw .noCredentials(reason: "expired") }
        return credentials
    }

    /// Ten minutes ahead of their end, or halfway to it if that is less; hourly where they name no end.
    private func refreshTime(of credentials: Credentials, _ now: Int64) -> Int64 {
        guard let end = credentials.expiresAtUnixSeconds else { return now + 3_600 }
        let left = end - now
        return now + max(left - 600, left / 2, 1)
    }
}

extension Credentials {
    fileprivate func isOver(at unixSeconds: Int64) -> Bool { expiresAtUnixSeconds.map { $0 <= unixSeconds } ?? false }
}
