import CutterService
import Domain
import Episodes
import GatewayService
import Kafka
import Lifecycle
import Logging
import ObjectStore
import ResolverService
import Wiring

/// `cutroom serve`: the three services on one port, on a mock broker in memory, an audio folder and a clips folder.
struct ServeFolder: Sendable {
    let settings: EmbeddedSettings
    /// The episodes.
    let folder: String
    /// Where clips and the URL secret are kept.
    let data: String
    let address: String
    let port: UInt16
    /// How clients reach this machine, if not by the address that is listened on.
    let publicURL: String?
    let log: Log

    /// The mock broker keeps about 5 MB a partition in memory, and one reader for each service is enough here.
    private static let partitions = 2

    /// Serves until `stopping` asks to end.
    ///
    /// - Parameter started: called once clips can be asked for.
    func run(
        stopping: StopSignal, started: @escaping @Sendable (_ url: String, EpisodeFolder.Listing) -> Void
    ) async throws {
        let files = FileCutter(settings.cutter, log: log)
        let episodes = try await EpisodeFolder.open(folder) { path in await files.duration(of: path) }
        let store = try await FolderObjectStore.open(data + "/clips")
        let clips = FolderClips(store)
        let broker = try MockCluster(privateIn: ["/tmp", "/dev/shm", data])
        let topics = BrokerSettings(embeddedIn: broker, partitions: Self.partitions)
        for spec in topics.topicSpecs(clipLifetime: settings.life.clipLifetime) {
            try broker.createTopic(spec.name, partitions: spec.partitions)
        }
        var own = settings.gateway
        own.address = address
        own.port = port
        let version = BuildInfo.version
        let gateway = try Gateway(
            own, broker: topics, life: settings.life, signer: clips, version: version,
            log: log.with(service: "gateway")
        ) { request, exchange in clips.answer(request, exchange) }
        let url = publicURL ?? "http://\(shown(address)):\(gateway.port)"
        clips.begin(
            signingWith: FolderURLSigner(
                base: url, secret: try FolderURLSecret(keptIn: data), life: settings.life.urls))
        let resolver = Resolver(
            settings.resolver, broker: topics, life: settings.life, catalog: episodes, register: NoClipRegister(),
            version: version, log: log.with(service: "resolver"))
        let cutter = Cutter(
            settings.cutter, broker: topics, life: settings.life, sources: episodes.source, clips: store,
            version: version, log: log.with(service: "cutter"))
        let stop: @Sendable () async -> Void = { await stopping.requested() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // The gateway drains first: those who wait need the other two until they have their answer.
            let gatewayEnded = Task { try await gateway.run(stopping: stop) }
            let afterGateway: @Sendable () async -> Void = {
                await stop()
                _ = await gatewayEnded.result
            }
            group.addTask { try await together(stopping) { try await gatewayEnded.value } }
            group.addTask { try await together(stopping) { try await resolver.run(stopping: afterGateway) } }
            group.addTask { try await together(stopping) { try await cutter.run(stopping: afterGateway) } }
            started(url, await episodes.listing())
            try await group.waitForAll()
        }
        await episodes.close()
        await store.close()
        await files.close()
        withExtendedLifetime(broker) {}
    }

    /// If one service can't go on, all of them end.
    private func together(_ stopping: StopSignal, _ run: () async throws -> Void) async throws {
        do {
            try await run()
        } catch {
            stopping.fail("A service can't go on", ["detail": .string("\(error)")])
            throw error
        }
    }

    private func shown(_ address: String) -> String {
        if address == "0.0.0.0" || address == "::" { return "127.0.0.1" }
        return address.contains(":") ? "[\(address)]" : address
    }
}
