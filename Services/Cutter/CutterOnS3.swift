import Domain
import HTTPClient
import Health
import Logging
import ObjectStore
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
        guard let sourceBucket = settings.sources.store(http), let clipsBucket = settings.clips.store(http) else {
            return
        }
        let vitals = Vitals(service: "cutter", version: version)
        let sources = guarded(sourceBucket, "source bucket", settings, vitals, log)
        let clips = guarded(clipsBucket, "clips bucket", settings, vitals, log)
        let watches = [
            watch(sources, "source bucket", prefix: "", vitals, log),
            watch(clips, "clips bucket", prefix: "audio_clips/", vitals, log),
        ]
        let watching = Task {
            await withTaskGroup(of: Void.self) { group in
                for watch in watches { group.addTask { await watch.run() } }
            }
        }
        defer { watching.cancel() }
        let cutter = Cutter(
            settings.own, broker: settings.broker, life: settings.life, sources: sources, clips: clips,
            version: version, log: log)
        try await HealthServer.serving(settings.health, vitals: vitals, log: log) {
            try await cutter.run(vitals: vitals, stopping: stopping)
        }
        await http.close()
    }

    private static func guarded(
        _ store: any ObjectStore, _ name: String, _ settings: CutterSettings, _ vitals: Vitals, _ log: Log
    ) -> GuardedStore {
        let circuit = settings.circuits.make(for: name, log: log)
        vitals.watch(circuit, of: name)
        return GuardedStore(store, circuit: circuit)
    }

    /// - Parameter prefix: what the cutter must be allowed to list, for otherwise the store would not tell it what is missing.
    private static func watch(
        _ store: GuardedStore, _ name: String, prefix: String, _ vitals: Vitals, _ log: Log
    ) -> DependencyWatch {
        let watch = DependencyWatch(name, log: log) {
            do throws(ObjectStoreFault) {
                _ = try await store.list(prefix: prefix, limit: 1)
                return nil
            } catch {
                return error.slug
            }
        }
        vitals.depends(on: name) { watch.presence }
        return watch
    }
}
