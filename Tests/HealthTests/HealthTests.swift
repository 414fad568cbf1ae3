import Bounded
import Health
import Synchronization
import TestStack
import Testing

@Suite("Health")
struct HealthTests {
    private let vitals = HealthRegistry(service: "tester", version: "1.2.3")

    private func serve() throws -> OperationsServer {
        try OperationsServer(HealthSettings(address: "127.0.0.1", port: UInt16(TestStack.freePort())), vitals: vitals)
    }

    @Test("/readyz is 503 while a dependency is missing, says which and why, and 200 once all are there")
    func readiness() async throws {
        let there = Mutex(false)
        vitals.depends(on: "kafka") { .present }
        vitals.depends(on: "mongodb") { there.withLock { $0 } ? .present : .missing("it does not answer") }
        let server = try serve()
        let before = try await HTTPFetch.get("http://127.0.0.1:\(server.port)/readyz")
        #expect(before.status == 503)
        #expect(before.header("Retry-After") == "1")
        #expect(
            before.text
                == #"{"dependencies":{"kafka":"present","mongodb":"missing: it does not answer"},"status":"not ready"}"#
        )
        #expect(!SelfCheck.isReady(address: "0.0.0.0", port: server.port))
        there.withLock { $0 = true }
        #expect(try await HTTPFetch.get("http://127.0.0.1:\(server.port)/readyz").status == 200)
        #expect(SelfCheck.isReady(address: "0.0.0.0", port: server.port))
        vitals.stopping()
        let stopping = try await HTTPFetch.get("http://127.0.0.1:\(server.port)/readyz")
        #expect(stopping.status == 503 && stopping.text.contains(#""status":"stopping""#))
        #expect(try await HTTPFetch.get("http://127.0.0.1:\(server.port)/livez").status == 200)
        await server.stop()
        #expect(!SelfCheck.isReady(address: "127.0.0.1", port: server.port))
    }

    @Test("/healthz tells circuits and counts, and is degraded while a circuit is open")
    func health() async throws {
        let circuit = Circuit(.init(failuresInARow: 1, pause: Backoff(base: .seconds(3600), cap: .seconds(3600))))
        vitals.watch(circuit, of: "clips bucket")
        vitals.count("cuts_in_flight") { 7 }
        let server = try serve()
        let well = try await HTTPFetch.get("http://127.0.0.1:\(server.port)/healthz")
        #expect(well.status == 200 && well.text.contains(#""status":"healthy""#), "\(well.text)")
        #expect(well.text.contains(#""cuts_in_flight":7"#) && well.text.contains(#""version":"1.2.3""#))
        if case .pass(let pass) = circuit.enter() { circuit.settle(pass, .failed) }
        let open = try await HTTPFetch.get("http://127.0.0.1:\(server.port)/healthz")
        #expect(open.status == 200 && open.text.contains(#""status":"degraded""#))
        #expect(open.text.contains(#""clips bucket":{"failures":1,"opened":1,"refused":0,"state":"open"}"#))
        #expect(try await HTTPFetch.get("http://127.0.0.1:\(server.port)/other").status == 404)
        await server.stop()
    }

    @Test("a dependency is looked at until it answers, and the log says that it was missed and when it came")
    func watch() async throws {
        let answers = Mutex<[String?]>(["refused", "refused", nil])
        let watch = DependencyWatch("mongodb", every: .milliseconds(1), log: .silent) {
            answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }
        #expect(watch.presence == .missing("not looked at yet"))
        let running = Task { await watch.run() }
        _ = try await eventually("the dependency") { watch.presence == .present ? true : nil }
        answers.withLock { $0 = ["gone"] }
        _ = try await eventually("its absence") { watch.presence == .missing("gone") ? true : nil }
        running.cancel()
        await running.value
    }

    @Test("a port that is taken keeps no service from its work, and is taken once it is free")
    func takenPort() async throws {
        let server = try serve()
        let settings = HealthSettings(address: "127.0.0.1", port: server.port)
        let value = await OperationsServer.serving(settings, vitals: vitals, log: .silent) { 42 }
        #expect(value == 42)
        await server.stop()
    }
}
