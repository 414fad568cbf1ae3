import CutterService
import Domain
import Episodes
import GatewayService
import Glibc
import Health
import Kafka
import Lifecycle
import Logging
import ObjectStore
import ResolverService
import Synchronization
import Threads
import Traces
import Wiring

/// `cutroom serve`: the three services on one port, on a mock broker in memory, an audio folder and a clips folder.
package struct ServeFolder: Sendable {
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

    package init(
        settings: EmbeddedSettings, folder: String, data: String, address: String, port: UInt16, publicURL: String?,
        log: Log
    ) {
        self.settings = settings
        self.folder = folder
        self.data = data
        self.address = address
        self.port = port
        self.publicURL = publicURL
        self.log = log
    }

    /// Serves until `stopping` asks to end.
    ///
    /// - Parameter started: called once clips can be asked for.
    package func run(
        stopping: StopSignal, started: @escaping @Sendable (_ url: String, EpisodeFolder.Listing) async -> Void
    ) async throws {
        let looks = SourceLooks()
        let addresses = EpisodeAddresses()
        let episodes = try await EpisodeFolder.open(
            folder, tags: { await looks.tags(of: $0, $1) }, picture: { await looks.picture(of: $0, $1) },
            pictureURL: { addresses.picture(of: $0) },
            probe: { await looks.duration(of: $0, $1) })
        let store = try await openStore()
        let version = BuildInfo.version
        let health = ServeHealth(version: version)
        let sources = MeasuredStore.ofSources(episodes.source, health.metrics)
        let tools = try await CutterTools.open(
            settings.cutter, sources: sources, clips: store, metrics: health.metrics, log: log)
        looks.begin(with: tools)
        let table = TableOfClips()
        defer {
            table.end()
            looks.end()
        }
        let gone: @Sendable (String) -> Void = { table.forget($0) }
        let kept = ClipsFolder(
            store,
            limits: FolderLimits(
                bytes: settings.clips.bytes, lifetimeSeconds: settings.life.clipLifetime.components.seconds),
            log: log, gone: gone)
        let spoken = try await SpokenIndex.open(limitBytes: settings.search.bytes)
        let reader = SpokenWatch(episodes, spoken, log: log.with(service: "search"))
        let described = EpisodeRoutes(
            episodes, at: addresses, search: SearchRoute(index: spoken, watch: reader, episodes: episodes))
        let clips = FolderClips(kept, origins: settings.gateway.corsOrigins, gone: gone)
        let (broker, topics) = try await onThread(named: "broker") { try openBroker() }
        var own = settings.gateway
        own.address = address
        own.port = port
        own.hasEpisodes()
        if let publicURL { own.isReached(at: publicURL) }
        let local = LocalAccess(listeningOn: address, publicURL: publicURL, origins: own.corsOrigins)
        let secret = try await onThread(named: "secret") { [data] in try FolderURLSecret(keptIn: data) }
        let tracing = Tracing(settings.tracing, service: "cutroom", version: version, log: log)
        tracing.tell(health.metrics)
        let gateway = try Gateway(
            own, broker: topics, life: settings.life, signer: clips, version: version,
            health: health.gateway, tracer: tracing.tracer, log: log.with(service: "gateway"),
            parts: {
                [GatewayPart(name: "clips_folder", state: kept.problem ?? "writable", isWell: kept.problem == nil)]
            },
            embedder: GatewayEmbedder(
                refusal: { local?.refusal(of: $0) },
                answer: { clips.answer($0, $1) ?? described.answer($0, $1) }, isOfAPI: EpisodeRoutes.owns))
        table.begin(with: gateway)
        let url = publicURL ?? "http://\(shown(address)):\(gateway.port)"
        addresses.begin(at: url)
        clips.begin(
            signingWith: FolderURLSigner(
                base: url, secret: secret, life: settings.life.urls))
        let resolver = Resolver(
            settings.resolver, broker: topics, life: settings.life, catalog: episodes, register: NoClipRegister(),
            version: version, tracer: tracing.tracer, log: log.with(service: "resolver"))
        let cutter = Cutter(
            settings.cutter, broker: topics, life: settings.life, sources: sources,
            clips: MeasuredStore.ofClips(kept, health.metrics), tools: tools, version: version,
            tracer: tracing.tracer, log: log.with(service: "cutter"))
        let watching = Task { await kept.watch(sweepEvery: settings.clips.sweepEvery) }
        let stop: @Sendable () async -> Void = { await stopping.requested() }
        try await OperationsServer.serving(settings.operations, vitals: health.whole, log: log) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                // The gateway drains first: those who wait need the other two until they have their answer.
                let gatewayEnded = Task { try await gateway.run(stopping: stop) }
                let afterGateway: @Sendable () async -> Void = {
                    await stop()
                    // Whoever waits for this among other things cancels it.
                    if stopping.isRequested { _ = await gatewayEnded.result }
                }
                group.addTask { try await together(stopping) { try await gatewayEnded.value } }
                group.addTask {
                    try await together(stopping) {
                        try await resolver.run(vitals: health.resolver, stopping: afterGateway)
                    }
                }
                group.addTask {
                    try await together(stopping) { try await cutter.run(vitals: health.cutter, stopping: afterGateway) }
                }
                await started(url, await episodes.listing())
                await reader.refresh()
                try await group.waitForAll()
            }
        }
        await tracing.close(within: .seconds(1))
        watching.cancel()
        await watching.value
        await reader.close()
        await spoken.close()
        await clips.close()
        await tools.close()
        await episodes.close()
        await store.close()
        withExtendedLifetime(broker) {}
    }

    /// A broker in memory with all topics, which only this process reaches. Blocks.
    private func openBroker() throws -> (MockCluster, BrokerSettings) {
        let broker = try MockCluster(privateIn: ["/tmp", "/dev/shm", data])
        let topics = BrokerSettings(embeddedIn: broker, partitions: Self.partitions)
        for spec in topics.topicSpecs(clipLifetime: settings.life.clipLifetime) {
            try broker.createTopic(spec.name, partitions: spec.partitions)
        }
        return (broker, topics)
    }

    private func openStore() async throws -> FolderObjectStore {
        let folder = data + "/clips"
        do throws(ObjectStoreFault) { return try await FolderObjectStore.open(folder) } catch {
            let reason =
                switch error {
                case .storage(let code): String(cString: strerror(code))
                case .denied(let code): code
                case .missingObject, .missingBucket: "something on the way to it is no folder"
                default: error.slug
                }
            throw DataFolderUnusable(description: "--data: \(folder) can't be used: \(reason)")
        }
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

/// Clips can't be kept where they were to be kept.
private struct DataFolderUnusable: Error, CustomStringConvertible {
    let description: String
}

/// The gateway's table, which has to forget clips that are there no more. The folder is opened before it can be.
private final class TableOfClips: Sendable {
    private let gateway = Mutex<Gateway?>(nil)

    func begin(with gateway: Gateway) { self.gateway.withLock { $0 = gateway } }

    func end() { gateway.withLock { $0 = nil } }

    func forget(_ key: String) { gateway.withLock { $0 }?.forget(objectKey: key) }
}
