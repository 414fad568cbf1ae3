import Bounded
import Kafka
import Logging
import Synchronization
import TestStack
import Testing

@testable import Flow
@testable import GatewayService

@Suite("the reader of the topics", .timeLimit(.minutes(1)))
struct ReaderSupervisorTests {
    /// A reader that ends when a test says so.
    private final class Reader: WholeTopicReader {
        private let state = Mutex<(fault: KafkaFault?, closed: Bool, caughtUp: Bool)>((nil, false, false))
        private let stuck: Bool
        init(stuck: Bool = false) { self.stuck = stuck }

        var fault: KafkaFault? { state.withLock { $0.fault } }
        var isClosed: Bool { state.withLock { $0.closed } }
        func end(_ fault: KafkaFault) { state.withLock { $0.fault = fault } }

        func caughtUp(within limit: Duration) async -> Bool { await caughtUp() }

        func caughtUp() async -> Bool {
            guard stuck else { return true }
            try? await Task.sleep(for: .seconds(3600))
            return false
        }

        func close() async { state.withLock { $0.closed = true } }
    }

    private final class Readers: Sendable {
        private let state = Mutex<(made: [Reader], failures: Int)>(([], 0))
        init(failing failures: Int = 0) { state.withLock { $0.failures = failures } }
        var made: [Reader] { state.withLock { $0.made } }

        func open() throws(KafkaFault) -> any WholeTopicReader {
            let reader = state.withLock { state -> Reader? in
                guard state.failures == 0 else {
                    state.failures -= 1
                    return nil
                }
                state.made.append(Reader())
                return state.made.last
            }
            guard let reader else { throw .clientNotStarted() }
            return reader
        }
    }

    private func supervisor(_ gateway: GatewayUnderTest, _ readers: Readers) -> ReaderSupervisor {
        let log = Log(service: "gateway", version: "test", sink: gateway.lines)
        return ReaderSupervisor(
            watch: gateway.condition.watch(patience: .seconds(3600), gateway.clipState, log), log: log,
            backoff: Backoff(base: .milliseconds(1), cap: .milliseconds(2)), interval: .milliseconds(1),
            open: { () throws(KafkaFault) in try readers.open() })
    }

    private func becomes(_ status: Int, _ gateway: GatewayUnderTest) async throws -> String {
        try await eventually("readiness to be \(status)") {
            let reply = await gateway.ask("/readyz")
            return reply.status == status ? reply.text : nil
        }
    }

    @Test("one that ends is said by readiness and log, and made anew until it reads again")
    func restarted() async throws {
        let gateway = GatewayUnderTest()
        let readers = Readers(failing: 3)
        let first = Reader()
        let running = Task { await supervisor(gateway, readers).run(first) }
        _ = try await becomes(200, gateway)
        #expect(readers.made.isEmpty)

        // The next one has to be tried for; until then nobody may be told that all is well.
        first.end(.clientLost(code: "FENCED"))
        _ = try await eventually("another reader") { readers.made.first }
        _ = try await becomes(200, gateway)
        #expect(first.isClosed)
        let lines = gateway.lines.all.joined()
        #expect(lines.contains("The reader of the topics has ended and is made anew"))
        #expect(lines.contains("kafka-client-lost"))
        #expect(lines.contains("The reader of the topics can't be made"))

        running.cancel()
        await running.value
        #expect(readers.made.map(\.isClosed) == [true])
    }

    @Test("while there is none the gateway is not ready and not healthy, and says why")
    func lost() async throws {
        let gateway = GatewayUnderTest()
        let readers = Readers(failing: .max)
        let first = Reader()
        let running = Task { await supervisor(gateway, readers).run(first) }
        _ = try await becomes(200, gateway)
        first.end(.closed)
        #expect(try await becomes(503, gateway).contains(#""reader":"lost: kafka-closed""#))
        #expect(await gateway.ask("/api/v1/audio_clips/health").text.contains(#""status":"degraded""#))
        running.cancel()
        await running.value
    }

    @Test("one that ends before it has read the table does not make the gateway ready")
    func neverLoaded() async throws {
        let gateway = GatewayUnderTest()
        let readers = Readers(failing: .max)
        let first = Reader(stuck: true)
        let running = Task { await supervisor(gateway, readers).run(first) }
        first.end(.closed)
        _ = try await eventually("the loss to be told") {
            await gateway.ask("/readyz").text.contains("lost") ? true : nil
        }
        #expect(await gateway.ask("/readyz").status == 503)
        running.cancel()
        await running.value
    }
}
