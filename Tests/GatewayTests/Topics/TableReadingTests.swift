import Kafka
import Logging
import Testing

@testable import Flow
@testable import GatewayService

@Suite("the reading of the table")
struct TableReadingTests {
    private func watched() throws -> (gateway: GatewayUnderTest, watch: ReaderWatch) {
        let gateway = GatewayUnderTest()
        try gateway.hand.ready(1)
        try gateway.hand.ready(2)
        return (gateway, gateway.condition.watch(patience: .seconds(30), gateway.clipState, gateway.log))
    }

    @Test("once all is read the gateway is ready, and says how many clips it knows")
    func whole() async throws {
        let (gateway, watch) = try watched()
        #expect(watch.patience == .seconds(30))
        #expect(await gateway.ask("/readyz").status == 503)
        watch.onRead(true, .milliseconds(1200))
        #expect(await gateway.ask("/readyz").status == 200)
        #expect(gateway.lines.holds("The table of ready clips is read", #""level":"info""#, #""clips":2"#))
    }

    @Test("when the patience is over it serves what it has, and warns")
    func part() async throws {
        let (gateway, watch) = try watched()
        watch.onRead(false, .seconds(30))
        #expect(await gateway.ask("/readyz").status == 200)
        #expect(gateway.lines.holds("not wholly read; serving all the same", #""level":"warning""#, #""clips":2"#))
    }

    @Test("a reader that is lost makes it unready again, until another one has read the table")
    func lost() async throws {
        let (gateway, watch) = try watched()
        watch.onRead(true, .zero)
        watch.onLoss(.timedOut)
        #expect(await gateway.ask("/readyz").text.contains(#""reader":"lost: kafka-timed-out""#))
        #expect(await gateway.ask(GatewayUnderTest.clip(1)).status == 200, "hits are served all the same")
        watch.onRead(true, .zero)
        #expect(await gateway.ask("/readyz").status == 200)
    }
}
