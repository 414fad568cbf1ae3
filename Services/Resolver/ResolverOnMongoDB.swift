import Bounded
import Episodes
import Health
import Logging

extension Resolver {
    /// The resolver as a service of its own: waits for MongoDB as long as it takes, prepares the register, and runs.
    public static func onMongoDB(
        _ settings: ResolverSettings, version: String, log: Log, stopping: @escaping @Sendable () async -> Void
    ) async throws {
        guard let address = settings.mongo else { return }
        let mongo = MongoDatabase(
            address, connections: settings.own.lookUps, timeLimit: settings.mongoTimeLimit
        ) { line in
            log.debug("The MongoDB client says", ["domain": .string(line.part), "text": .string(line.message)])
        }
        let register = MongoClipRegister(mongo)
        let preparing = Task { try await prepare(register, log: log) }
        // One circuit for both: it is the same servers that are up or down.
        let circuit = settings.circuits.make(for: "mongodb", log: log)
        let catalog = GuardedCatalog(MongoEpisodeCatalog(mongo), circuit: circuit)
        let resolver = Resolver(
            settings.own, broker: settings.broker, life: settings.life,
            catalog: catalog, register: GuardedRegister(register, circuit: circuit), version: version, log: log)
        // Requests are taken at once all the same: what MongoDB's absence stops is tried again within its deadline.
        defer { preparing.cancel() }
        let vitals = Vitals(service: "resolver", version: version)
        vitals.watch(circuit, of: "mongodb")
        let watch = DependencyWatch("mongodb", log: log) {
            do throws(CatalogFault) {
                try await catalog.check()
                return nil
            } catch {
                return error.clipFault.detail
            }
        }
        vitals.depends(on: "mongodb") { watch.presence }
        let watching = Task { await watch.run() }
        defer { watching.cancel() }
        try await HealthServer.serving(settings.health, vitals: vitals, log: log) {
            try await resolver.run(vitals: vitals, stopping: stopping)
        }
        await mongo.close()
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
