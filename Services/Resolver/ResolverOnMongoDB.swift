import Bounded
import Episodes
import Health
import Lifecycle
import Logging
import Settings
import Telemetry
import Traces

extension Resolver {
    /// The resolver as a service of its own: waits for MongoDB as long as it takes, prepares the register, and runs.
    public static func onMongoDB(
        _ settings: ResolverSettings, version: String, log: Log, stopping: @escaping @Sendable () async -> Void
    ) async throws {
        guard let address = settings.mongo else { throw SettingMissing("MONGODB_URI") }
        let mongo = MongoDatabase(
            address, connections: settings.own.lookUps, writers: settings.own.registerWrites,
            timeLimit: settings.mongoTimeLimit
        ) { line in
            log.debug("The MongoDB client says", ["domain": .string(line.part), "text": .string(line.message)])
        }
        let episodes = MongoEpisodeCatalog(mongo)
        let clips = MongoClipRegister(mongo)
        let preparing = Task { try await prepare(clips, log: log) }
        // Requests are taken at once all the same: what MongoDB's absence stops is tried again within its deadline.
        defer { preparing.cancel() }
        let vitals = HealthRegistry(service: "resolver", version: version, metrics: .ofProcess("resolver"))
        let calls = MongoCalls(vitals.metrics)
        // A circuit each: a primary that takes no writes must not stop look-ups, which secondaries may answer.
        let reading = settings.circuits.make(for: "mongodb", log: log)
        let writing = settings.circuits.make(for: "mongodb writes", log: log)
        vitals.watch(reading, of: "mongodb")
        vitals.watch(writing, of: "mongodb writes")
        let catalog = GuardedCatalog(episodes, circuit: reading)
        let register = WatchedRegister(clips)
        let tracing = Tracing(settings.tracing, service: "resolver", version: version, log: log)
        tracing.tell(vitals.metrics)
        let resolver = Resolver(
            settings.own, broker: settings.broker, life: settings.life,
            catalog: MeasuredCatalog(catalog, calls),
            register: MeasuredRegister(GuardedRegister(register, circuit: writing), calls), version: version,
            tracer: tracing.tracer, log: log)
        let watch = DependencyWatch("mongodb", every: Self.watchInterval, log: log) {
            do throws(CatalogFault) {
                try await check(catalog, orElse: episodes)
                try await clips.check()
                if let fault = register.lastFault { throw fault }
                return nil
            } catch {
                return error.healthDetail
            }
        }
        vitals.depends(on: "mongodb") { watch.presence }
        let watching = Task { await watch.run() }
        defer { watching.cancel() }
        try await OperationsServer.serving(settings.health, vitals: vitals, log: log) {
            try await tracing.exporting { _ in try await resolver.run(vitals: vitals, stopping: stopping) }
        }
        await mongo.close()
    }

    /// With MongoDB's own limit of twice `RESOLVER_MONGODB_TIMEOUT` for an answer, an outage is seen within 15 s.
    private static let watchInterval = Duration.seconds(4)

    /// Looks past a circuit that rests, so that health is true as soon as the servers are back.
    private static func check(
        _ catalog: GuardedCatalog, orElse raw: MongoEpisodeCatalog
    ) async throws(CatalogFault) {
        do throws(CatalogFault) { try await catalog.check() } catch {
            guard case .resting = error else { throw error }
            try await raw.check()
        }
    }

    private static func prepare(_ register: MongoClipRegister, log: Log) async throws {
        let backoff = Backoff(base: .milliseconds(200), cap: .seconds(10))
        var attempt = 1
        while true {
            do throws(CatalogFault) {
                for refusal in try await register.prepare() {
                    log.warning("The register of clips works with less than it wants", ["detail": .string(refusal)])
                }
                return
            } catch {
                log.warning("Waiting for MongoDB", ["detail": .string(error.description), "attempt": .int(attempt)])
            }
            try await Task.sleep(for: backoff.delay(attempt: attempt))
            attempt += 1
        }
    }
}
