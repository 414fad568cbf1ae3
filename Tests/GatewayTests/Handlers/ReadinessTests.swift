import HTTPServer
import Health
import Kafka
import Synchronization
import Testing

@testable import GatewayService

@Suite("whether a gateway lives, is ready and is well")
struct ReadinessTests {
    /// What the brokers and the parts say, as a test wants it.
    private final class World: Sendable {
        let connected = Atomic(true)
        let problems = Mutex<[String]>([])
        let signing = Mutex<String?>(nil)
        let folderIsWell = Atomic(true)
    }

    private let world = World()
    private let hand = ClipStateBench()

    private func readiness() -> Readiness {
        let world = world
        return Readiness(
            clipState: hand.clipState, version: "1.2.3", topicProblems: { world.problems.withLock { $0 } },
            signingProblem: { world.signing.withLock { $0 } },
            parts: {
                let isWell = world.folderIsWell.load(ordering: .relaxed)
                return [GatewayPart(name: "clips_folder", state: isWell ? "writable" : "full", isWell: isWell)]
            }, brokerIsConnected: { world.connected.load(ordering: .relaxed) })
    }

    private var context: RequestContext {
        RequestContext(HTTPRequest(method: "GET", target: "/").head, cors: CORS(origins: []))
    }

    @Test("it lives whatever is missing")
    func alive() {
        let readiness = readiness()
        world.connected.store(false, ordering: .relaxed)
        readiness.stopping()
        let reply = readiness.alive(context)
        #expect(reply.status == 200)
        #expect(reply.text == #"{"status":"alive"}"#)
        #expect(reply.value("Cache-Control") == "no-store")
    }

    /// The members as docs/openapi.yaml has them.
    @Test("it is ready once the table is read, and a broker that goes away afterwards does not change that")
    func ready() {
        let readiness = readiness()
        let loading = readiness.readiness(context)
        #expect(loading.status == 503)
        #expect(
            loading.text
                == #"{"status":"not ready","broker":"connected","topics":"present","table":"loading","reader":"running"}"#
        )
        readiness.tableLoaded()
        world.connected.store(false, ordering: .relaxed)
        let ready = readiness.readiness(context)
        #expect(ready.status == 200)
        #expect(
            ready.text
                == #"{"status":"ready","broker":"unreachable","topics":"present","table":"loaded","reader":"running"}"#)
        #expect(!ready.has("Retry-After"))
    }

    @Test("a topic or right that is missing, a reader that is lost and a stop each make it unready, and say so")
    func unready() {
        let readiness = readiness()
        readiness.tableLoaded()
        world.problems.withLock { $0 = ["clip.failed is missing", "no right to write clip.requested"] }
        let missing = readiness.readiness(context)
        #expect(missing.status == 503)
        #expect(missing.text.contains(#""topics":"missing: clip.failed is missing; no right to write clip.requested""#))
        world.problems.withLock { $0 = [] }
        #expect(readiness.readiness(context).status == 200)
        world.signing.withLock { $0 = "they have expired" }
        let unsigned = readiness.readiness(context)
        #expect(unsigned.status == 503)
        #expect(unsigned.text.contains(#""signing":"missing: they have expired""#))
        #expect(readiness.health(context).text.hasPrefix(#"{"status":"degraded""#))
        world.signing.withLock { $0 = nil }
        readiness.readerLost(.clientLost(code: "FENCED"))
        let lost = readiness.readiness(context)
        #expect(lost.status == 503)
        #expect(lost.text.contains(#""table":"loading","reader":"lost: kafka-client-lost""#))
        readiness.tableLoaded()
        #expect(readiness.readiness(context).text.contains(#""reader":"running""#))
        readiness.stopping()
        let stopping = readiness.readiness(context)
        #expect(stopping.status == 503)
        #expect(stopping.text.contains(#"{"status":"stopping""#))
        #expect(stopping.value("Retry-After") == "1")
    }

    @Test("health is always 200, and degraded by each thing of its own that is not well")
    func health() throws {
        let readiness = readiness()
        func status() -> Bool { readiness.health(context).text.hasPrefix(#"{"status":"healthy""#) }
        #expect(!status(), "the table is not read")
        readiness.tableLoaded()
        #expect(status())
        world.connected.store(false, ordering: .relaxed)
        #expect(!status())
        world.connected.store(true, ordering: .relaxed)
        world.problems.withLock { $0 = ["…"] }
        #expect(!status())
        world.problems.withLock { $0 = [] }
        world.folderIsWell.store(false, ordering: .relaxed)
        #expect(!status())
        let reply = readiness.health(context)
        #expect(reply.status == 200 && !reply.has("Retry-After"))
        #expect(reply.text.contains(#""clips_folder":"full""#))
    }

    @Test("the operations server learns the same: what must be there, and what is only used")
    func told() {
        let readiness = readiness()
        let health = HealthRegistry(service: "gateway", version: "1.2.3")
        readiness.tell(health)
        func presence(_ name: String) -> Presence? { health.report.dependencies.first { $0.name == name }?.presence }
        #expect(health.report.status == .notReady)
        #expect(presence("table") == .missing("it is being read"))
        readiness.readerLost(.closed)
        #expect(presence("table") == .missing("its reader is lost: kafka-closed"))
        readiness.tableLoaded()
        #expect(health.report.status == .ready && health.report.isWell)
        world.problems.withLock { $0 = ["clip.failed is missing"] }
        #expect(presence("topics") == .missing("clip.failed is missing"))
        #expect(health.report.status == .notReady)
        world.problems.withLock { $0 = [] }
        world.connected.store(false, ordering: .relaxed)
        #expect(health.report.status == .ready && !health.report.isWell)
        #expect(presence("kafka") == .missing("no broker is connected"))
        world.connected.store(true, ordering: .relaxed)
        world.folderIsWell.store(false, ordering: .relaxed)
        #expect(health.report.status == .ready && !health.report.isWell)
        #expect(presence("clips_folder") == .missing("full"))
    }

    @Test("health counts the clips known, those who wait, and the clips that are being made")
    func figures() throws {
        let readiness = readiness()
        try hand.ready(1)
        hand.ask(2)
        hand.ask(2)
        hand.ask(3)
        #expect(hand.clipState.follow(ClipStateBench.id(2)) {} != nil)
        let text = readiness.health(context).text
        #expect(text.contains(#""version":"1.2.3","broker":"connected","clips_folder":"writable","reader":"running""#))
        #expect(text.contains(#""table":{"clips":1,"bytes":"#))
        #expect(text.contains(#""waiting":3,"in_flight":2,"ahead":2,"following":1,"refused":0,"asked_again":0"#))
    }
}
