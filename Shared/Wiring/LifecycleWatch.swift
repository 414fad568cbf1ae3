import Logging
import ObjectStore
import Synchronization
import Telemetry
import Text

/// Looks now and then after what time the clips bucket's own rules take clips away. `CLIP_LIFETIME` must not be longer: gateways
/// answer with URLs of a clip for that long.
public final class LifecycleWatch: Sendable {
    private struct State {
        /// Seconds; infinite where no rule takes clips away; nil: not known.
        var life: Double?
        var hasSaidUnknown = false
    }

    private let read: @Sendable () async throws(ObjectStoreFault) -> BucketLifecycle
    private let lifetime: Double
    private let log: Log
    private let state = Mutex(State())

    /// Where clips lie, and where a rule must not reach earlier.
    private static let prefix = "audio_clips/"
    /// After a fault that may pass.
    private static let soon = Duration.seconds(30)

    /// - Parameters:
    ///   - lifetime: `CLIP_LIFETIME`.
    ///   - read: asks the store.
    public init(
        lifetime: Duration, log: Log, read: @escaping @Sendable () async throws(ObjectStoreFault) -> BucketLifecycle
    ) {
        self.read = read
        self.lifetime = Double(lifetime.components.seconds)
        self.log = log
    }

    public func tell(_ metrics: Metrics) {
        metrics.gauge(
            Metric(
                "cutroom_clips_bucket_expiry_seconds",
                "After which the clips bucket's own rules take a clip away; infinite if none does.", unit: .seconds)
        ) { [weak self] in self?.state.withLock { $0.life } }
        metrics.gauge(
            Metric("cutroom_clip_lifetime_seconds", "After which gateways no longer believe in a clip.", unit: .seconds)
        ) { [lifetime] in lifetime }
    }

    /// Looks until the task is cancelled.
    public func run(every interval: Duration) async {
        while !Task.isCancelled {
            let pause = await look() ? interval : min(interval, Self.soon)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    /// - Returns: false: the same may succeed a little later, and what was known stays.
    func look() async -> Bool {
        let life: Double
        do throws(ObjectStoreFault) {
            let seconds = try await read().shortestLife(under: Self.prefix, atUnixSeconds: WallTime.now().seconds)
            life = seconds.map(Double.init) ?? .infinity
        } catch {
            if error.isTransient || error == .cancelled { return false }
            let isFirst = state.withLock { state in
                defer { state = State(life: nil, hasSaidUnknown: true) }
                return !state.hasSaidUnknown
            }
            if isFirst {
                log.info(
                    "The clips bucket's lifecycle rules can't be read, and are not held against CLIP_LIFETIME",
                    ["detail": .string(error.slug), "right": "s3:GetLifecycleConfiguration"])
            }
            return true
        }
        let before = state.withLock { state in
            defer { state = State(life: life) }
            return state.life
        }
        if life < lifetime, before != life {
            log.warning(
                "The clips bucket's lifecycle rules take clips away before CLIP_LIFETIME is over",
                ["after_seconds": .double(life), "clip_lifetime_seconds": .double(lifetime)])
        }
        return true
    }
}
