import HTTPServer
import TestStack
import Testing

@testable import GatewayService

@Suite("a response that is still awaited", .timeLimit(.minutes(1)))
struct PendingResponseTests {
    private let recorder = Recorder()
    private let gateway = GatewayUnderTest()

    /// A request for a clip whose handler holds it.
    private func pending() throws -> PendingResponse {
        PendingResponse(try #require(gateway.routed("GET", GatewayUnderTest.clip(1), recorder)))
    }

    @Test("when the wait is over the client is given up once, and an answer ends the wait")
    func wait() async throws {
        let client = try pending()
        let given = Counter()
        client.wait(for: .milliseconds(1), hedging: nil) {
            given.add()
            client.answer(HTTPResponse(status: 504), .late)
        }
        #expect(await recorder.answer().status == 504)
        #expect(given.count == 1)
        client.answer(clip: HTTPResponse(status: 200))
        #expect(await recorder.answer().status == 504, "the first answer counts")
    }

    @Test("nothing of a wait is left once it is answered, or the client has gone", arguments: [true, false])
    func released(answered: Bool) async throws {
        let client = try pending()
        weak var held: Counter?
        do {
            let given = Counter()
            held = given
            client.wait(for: .seconds(3600), hedging: .init(after: .seconds(1800)) { nil }) { given.add() }
        }
        #expect(held != nil)
        if answered { client.answer(clip: HTTPResponse(status: 200)) } else { client.forget() }
        try await eventually("the timer lets go of what it held") { held == nil }
        #expect(recorder.hasAnswer == answered)
    }

    /// The answer may come from another thread before the handler has set the timer.
    @Test("a wait that begins after the answer is over at once")
    func late() async throws {
        let client = try pending()
        client.answer(clip: HTTPResponse(status: 200))
        weak var held: Counter?
        do {
            let given = Counter()
            held = given
            client.wait(for: .seconds(3600), hedging: nil) { given.add() }
        }
        try await eventually("the timer lets go of what it held") { held == nil }
    }

    @Test("while nothing comes it asks again after each pause that it is told, and no more after none")
    func hedging() async throws {
        let client = try pending()
        let asked = Counter()
        client.wait(
            for: .milliseconds(60),
            hedging: .init(after: .milliseconds(1)) {
                asked.add()
                return asked.count < 3 ? .milliseconds(1) : nil
            }
        ) { client.answer(HTTPResponse(status: 504), .late) }
        #expect(await recorder.answer().status == 504)
        #expect(asked.count == 3)
    }

    @Test("it does not ask again where the pause would outlast the wait", arguments: [0, 1])
    func needless(asks: Int) async throws {
        let client = try pending()
        let asked = Counter()
        client.wait(
            for: .milliseconds(40),
            hedging: .init(after: asks == 0 ? .seconds(3600) : .milliseconds(1)) {
                asked.add()
                return .seconds(3600)
            }
        ) { client.answer(HTTPResponse(status: 504), .late) }
        #expect(await recorder.answer().status == 504)
        #expect(asked.count == asks)
    }

    @Test("a client that leaves ends the wait, and who holds its place is told")
    func hangUp() async throws {
        let client = try pending()
        let told = Counter()
        client.onHangUp { told.add() }
        weak var held: Counter?
        do {
            let given = Counter()
            held = given
            client.wait(for: .seconds(3600), hedging: nil) { given.add() }
        }
        recorder.hangUp()
        #expect(told.count == 1)
        try await eventually("the timer lets go of what it held") { held == nil }
        #expect(!recorder.hasAnswer)
    }
}
