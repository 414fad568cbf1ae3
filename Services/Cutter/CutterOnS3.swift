import Domain
import HTTPClient
import Health
import Lifecycle
import Logging
import ObjectStore
import Settings
import Traces
import Wiring

extension Cutter {
    /// What `--version` adds to the build.
    public static var versionNotes: [String] { ["cut version \(CutVersion.current)"] }

    /// The cutter as a service of its own, between two buckets.
    public static func onS3(
        _ settings: CutterSettings, version: String, log: Log, stopping: @escaping @Sendable () async -> Void
    ) async throws {
        let http = HTTPClient(
            HTTPClientSettings(
                maxConnections: settings.own.connections, maxConnectionsPerHost: settings.own.connections,
                timeouts: HTTPTimeouts(stall: settings.own.stallLimit, whole: settings.own.transferLimit)))
        let vitals = HealthRegistry(service: "cutter", version: version, metrics: .ofProcess("cutter"))
        let credentials = try await settings.clips.credentials.source(log: log)
        credentials.tell(vitals.metrics, of: "cutter")
        guard let sources = Bucket("source bucket", settings.sources, credentials, http, settings, vitals, log),
            let clips = Bucket("clips bucket", settings.clips, credentials, http, settings, vitals, log)
        else { throw SettingMissing("S3_SOURCE_BUCKET, S3_CLIPS_BUCKET and their credentials") }
        let watches = [
            sources.watch(prefix: "", writes: false, settings, vitals, log),
            clips.watch(prefix: "audio_clips/", writes: true, settings, vitals, log),
        ]
        let lifecycle = LifecycleWatch(lifetime: settings.life.clipLifetime, log: log) {
            [raw = clips.raw] () async throws(ObjectStoreFault) in try await raw.lifecycle()
        }
        lifecycle.tell(vitals.metrics)
        let watching = Task {
            await withTaskGroup(of: Void.self) { group in
                for watch in watches { group.addTask { await watch.run() } }
                group.addTask { await lifecycle.run(every: settings.own.lifecycleInterval) }
            }
        }
        defer { watching.cancel() }
        let tracing = Tracing(settings.tracing, service: "cutter", version: version, log: log)
        tracing.tell(vitals.metrics)
        let cutter = Cutter(
            settings.own, broker: settings.broker, life: settings.life,
            sources: MeasuredStore.ofSources(sources.guarded, vitals.metrics),
            clips: MeasuredStore.ofClips(clips.guarded, vitals.metrics),
            version: version, tracer: tracing.tracer, log: log)
        try await OperationsServer.serving(settings.health, vitals: vitals, log: log) {
            try await tracing.exporting { _ in try await cutter.run(vitals: vitals, stopping: stopping) }
        }
        await http.close()
    }

    /// A bucket with all that watches over it.
    private struct Bucket {
        let name: String
        let raw: S3Store
        let guarded: GuardedStore
        let notices: StoreNotices

        /// - Returns: nil only after a mistake in the settings.
        init?(
            _ name: String, _ bucket: BucketSettings, _ credentials: any CredentialsSource, _ http: HTTPClient,
            _ settings: CutterSettings, _ vitals: HealthRegistry, _ log: Log
        ) {
            notices = StoreNotices(bucket: name, log: log)
            guard let raw = bucket.store(http, as: credentials, notices: notices) else { return nil }
            self.name = name
            self.raw = raw
            let circuit = settings.circuits.make(for: name, log: log)
            vitals.watch(circuit, of: name)
            guarded = GuardedStore(TracedStore(raw, bucket: bucket.location?.bucket ?? ""), circuit: circuit)
        }

        func watch(
            prefix: String, writes: Bool, _ settings: CutterSettings, _ vitals: HealthRegistry, _ log: Log
        ) -> DependencyWatch {
            let check = BucketCheck(guarded, raw: raw, notices: notices, prefix: prefix, writes: writes)
            let watch = DependencyWatch(name, every: settings.own.probeInterval, log: log) { await check.missing() }
            vitals.depends(on: name) { watch.presence }
            return watch
        }
    }
}
