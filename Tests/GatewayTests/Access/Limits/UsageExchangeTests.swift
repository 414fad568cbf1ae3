import Domain
import Fakes
import Flow
import HTTPServer
import Kafka
import Logging
import Settings
import Telemetry
import Testing

@testable import GatewayService

/// A gateway's limits, and the topic by which it tells others; several of them share a clock.
private final class LimitedGateway: Sendable {
    let name: String
    let topic: FakeTopic
    let rates: RateLimits
    let exchange: UsageExchange
    let records: Counter<UsageOutcome>
    let lines = LineSink()

    init(_ name: String, _ limits: ClientLimits, clock: HandClock, _ topic: FakeTopic = FakeTopic()) {
        self.name = name
        self.topic = topic
        let rates = RateLimits(tableBytes: 1 << 20, isShared: true, clock: { clock.now })
        self.rates = rates
        records = GatewayMetrics().usage
        exchange = UsageExchange(
            .init(name: name, topic: "gateway.usage", sink: topic, codec: EventCodec(source: "/gateway/\(name)")),
            every: .seconds(1), rates, rates.ledger ?? UsageLedger(bytes: 0),
            limits: .init(address: limits, key: { $0 == "web" ? limits : nil }), records: records,
            log: Log(service: "gateway", version: "1", sink: lines), clock: { clock.now })
    }

    func client(_ tenant: Tenant, _ limits: ClientLimits) -> LimitedClient {
        LimitedClient(tenant: tenant, label: "web", limits: limits, rates: rates)
    }

    func left(_ tenant: Tenant, of quota: Quota?) -> Int64? {
        let (usage, now) = rates.usage(of: tenant)
        return quota?.left(usage.requests, now: now)
    }
}

extension OutgoingRecord {
    /// As it is read back.
    fileprivate func read(at offset: Int64 = 0, timestamp: RecordTimestamp? = nil) -> Record {
        Record(
            topic: topic, partition: 0, offset: offset, key: key, value: value, headers: headers, timestamp: timestamp)
    }
}

@Suite("limits over several gateways")
struct UsageExchangeTests {
    private let clock = HandClock()
    private let limits = ClientLimits(requests: Rate(600, per: .seconds(60)), misses: Rate(100, per: .seconds(3600)))

    private func gateways(_ count: Int, _ limits: ClientLimits) -> [LimitedGateway] {
        (0..<count).map { LimitedGateway("gateway-\($0)", limits, clock: clock) }
    }

    /// Every gateway tells, and every one reads all that was told.
    private func tell(_ gateways: [LimitedGateway]) async {
        for gateway in gateways {
            let before = gateway.topic.sent.count
            await gateway.exchange.tell()?.value
            for record in gateway.topic.sent.dropFirst(before) {
                for reader in gateways { reader.exchange.take(record.read()) }
            }
        }
    }

    struct Load: CustomTestStringConvertible, Sendable {
        let rate: Rate
        let seconds: Int
        /// Of which at each gateway another one comes.
        let stepMs: Int
        var testDescription: String { "\(rate)" }
    }

    /// At three gateways in turn, 20 times as much as is permitted, for so long. What is permitted is the quota and what comes
    /// back of it meanwhile.
    private func allowed(_ load: Load, telling: Bool) async -> Double {
        let limits = ClientLimits(requests: load.rate, misses: nil)
        let gateways = gateways(3, limits)
        var (allowed, number) = (0, 0)
        for second in 0..<load.seconds {
            for _ in 0..<max(1, 1000 / load.stepMs) where load.stepMs <= 1000 || second % (load.stepMs / 1000) == 0 {
                number += 1
                let gateway = gateways[number % 3]
                if gateway.rates.takeRequest(gateway.client(.key("web"), limits)) { allowed += 1 }
                if load.stepMs < 1000 { clock.advance(by: .milliseconds(load.stepMs)) }
            }
            if load.stepMs >= 1000 { clock.advance(by: .seconds(1)) }
            if telling { await tell(gateways) }
        }
        let back = Double(load.rate.count) * Double(load.seconds) / Double(load.rate.period.components.seconds)
        return Double(allowed) / (Double(load.rate.count) + back)
    }

    private static let loads = [
        // 200 a second of 10 a second, with a quota of a minute and with one of a second; and one in two seconds of 90 an hour.
        Load(rate: Rate(600, per: .seconds(60)), seconds: 180, stepMs: 5),
        Load(rate: Rate(10, per: .seconds(1)), seconds: 120, stepMs: 5),
        Load(rate: Rate(90, per: .seconds(3600)), seconds: 7200, stepMs: 2000),
    ]

    @Test("at twenty times the rate three gateways together allow what one would, within a fifth", arguments: loads)
    func together(load: Load) async {
        let part = await allowed(load, telling: true)
        #expect((0.8...1.2).contains(part), "\(part) of what is permitted")
    }

    @Test("without telling each other they allow three times as much", arguments: loads)
    func apart(load: Load) async {
        #expect(await allowed(load, telling: false) > 2.4)
    }

    @Test("what several have let pass at once is owed, and comes back no sooner for that")
    func owed() async {
        let gateways = gateways(3, limits)
        for gateway in gateways {
            let client = gateway.client(.key("web"), limits)
            for _ in 0..<600 { #expect(gateway.rates.takeRequest(client)) }
        }
        await tell(gateways)
        // 1,200 too many come back at ten a second: two minutes, and then one more for each tenth of a second.
        for (seconds, left) in [(0, 0), (119, 0), (2, 10), (59, 600)] as [(Int, Int64)] {
            clock.advance(by: .seconds(seconds))
            for gateway in gateways { #expect(gateway.left(.key("web"), of: limits.requests) == left) }
        }
    }

    /// Worked out by hand: 600 in 60 s, and at most ten minutes more are owed.
    @Test("a forged record locks a client out for ten minutes beyond its window, not for ever")
    func forged() throws {
        let gateway = LimitedGateway("a", limits, clock: clock)
        let event = try GatewayUsage(
            gateway: "b", keys: ["web": Used(requests: .max, misses: 1_000_000_000)], addresses: [:])
        gateway.exchange.take(EventCodec(source: "/x").encode(event, to: "gateway.usage", trace: .new()).read())
        let (usage, now) = gateway.rates.usage(of: .key("web"))
        #expect(usage.requests - now == 660 * 1_000_000_000)
        #expect(usage.misses - now == 7200 * 1_000_000_000)
    }

    @Test("addresses are told by a hash that a secret decides, of IPv6 by the /64, and never as they are")
    func addresses() async throws {
        let gateways = gateways(2, limits)
        let text = "203.0.113.7"
        let secret = AddressHash(secret: Secret(String(repeating: "s", count: 32)))
        let address = try #require(IPAddress(text))
        let tenant = secret.tenant(address)
        #expect(tenant != AddressHash().tenant(address))
        let neighbours = try ["2001:db8::1", "2001:db8::ffff:1"].map { try #require(IPAddress($0)) }
        #expect(Set(neighbours.map { secret.tenant($0) }).count == 1)
        #expect(gateways[0].rates.takeMiss(gateways[0].client(tenant, limits)))
        await tell(gateways)
        let (usage, now) = gateways[1].rates.usage(of: tenant)
        #expect(usage.misses - now == 36 * 1_000_000_000)
        let record = try #require(gateways[0].topic.sent.first)
        #expect(!record.headers.isEmpty && record.header("ce_type") == "cutroom.gateway.usage.v1")
        #expect(!String(decoding: record.value ?? [], as: UTF8.self).contains(text))
    }

    @Test("an address's requests are told once they are a hundredth of its quota, a miss at once, a key's always")
    func due() async {
        let gateway = LimitedGateway("a", limits, clock: clock)
        let address = gateway.client(.address(7), limits)
        for _ in 0..<5 { #expect(gateway.rates.takeRequest(address)) }
        #expect(gateway.exchange.tell() == nil)
        #expect(gateway.rates.takeRequest(address))
        await gateway.exchange.tell()?.value
        #expect(gateway.rates.takeMiss(gateway.client(.address(8), limits)))
        #expect(gateway.rates.takeRequest(gateway.client(.key("web"), limits)))
        await gateway.exchange.tell()?.value
        #expect(gateway.exchange.tell() == nil)
        let texts = gateway.topic.sent.map { String(decoding: $0.value ?? [], as: UTF8.self) }
        #expect(texts.count == 2)
        #expect(texts.first?.contains(#""0000000000000007":[6,0]"#) == true, "\(texts)")
        #expect(
            texts.last?.contains(#""0000000000000008":[0,1]"#) == true && texts.last?.contains(#""web":[1,0]"#) == true)
    }

    @Test("what can't be read, is not known or is too old is skipped, counted and said; the next record counts")
    func skipped() throws {
        let gateway = LimitedGateway("a", limits, clock: clock)
        let codec = EventCodec(source: "/gateway/b")
        func record(_ value: String?, _ type: String = "cutroom.gateway.usage.v1") -> Record {
            Record(
                topic: "gateway.usage", partition: 0, offset: 1, key: nil, value: value.map { Array($0.utf8) },
                headers: [RecordHeader(name: "ce_type", value: type)])
        }
        let good = #"{"gateway":"b","keys":{"web":[1,0]},"addresses":{}}"#
        let bad = [
            record(nil), record("{"), record(String(repeating: " ", count: 70_000)), record(good, "cutroom.other.v1"),
            record(good, "cutroom.gateway.usage.v2"), record(good.replacing("[1,0]", with: "[-1,0]")),
            record(good.replacing("[1,0]", with: "[1]")), record(good.replacing(#""b""#, with: #""""#)),
            record(good.replacing(#""addresses":{}"#, with: #""addresses":{"203.0.113.7":[1,0]}"#)),
            codec.encode(
                try GatewayUsage(gateway: "b", keys: ["web": Used(requests: 1)], addresses: [:]), to: "gateway.usage",
                trace: .new()
            ).read(timestamp: .appended(ms: 1)),
        ]
        for record in bad { gateway.exchange.take(record) }
        #expect(gateway.records.total(.skipped) == UInt64(bad.count))
        #expect(gateway.lines.holds("was skipped", "newer-version", "warning"))
        #expect(gateway.left(.key("web"), of: limits.requests) == 600)
        // Whoever does not know a field, or a key, goes on.
        gateway.exchange.take(record(good.replacing(#""gateway""#, with: #""new":1,"gateway""#)))
        gateway.exchange.take(record(good.replacing("web", with: "not-here")))
        #expect(gateway.left(.key("web"), of: limits.requests) == 599)
        #expect(gateway.records.total(.taken) == 2)
    }

    @Test("a gateway does not count what it told itself")
    func own() async throws {
        let gateway = LimitedGateway("a", limits, clock: clock)
        #expect(gateway.rates.takeRequest(gateway.client(.key("web"), limits)))
        await gateway.exchange.tell()?.value
        gateway.exchange.take(try #require(gateway.topic.sent.first).read())
        #expect(gateway.left(.key("web"), of: limits.requests) == 599)
        #expect(gateway.records.total(.taken) == 0 && gateway.records.total(.told) == 1)
    }

    @Test("while the brokers are away each counts for itself, one batch waits, and what was used meanwhile is not told")
    func outage() async throws {
        let topic = FakeTopic(.holds)
        let gateway = LimitedGateway("a", limits, clock: clock, topic)
        let client = gateway.client(.key("web"), limits)
        #expect(gateway.rates.takeRequest(client))
        let first = try #require(gateway.exchange.tell())
        for second in 1...600 {
            clock.advance(by: .seconds(1))
            #expect(gateway.rates.takeRequest(client))
            #expect(gateway.exchange.tell() == nil, "after \(second) s")
        }
        _ = try await topic.sent(1)
        topic.release()
        await first.value
        #expect(gateway.exchange.tell() == nil)
        #expect(topic.sent.count == 1)
    }

    @Test("where the brokers refuse, that is said and counted, and the next time is tried again")
    func refused() async throws {
        let gateway = LimitedGateway("a", limits, clock: clock, FakeTopic(.refuses(.unavailable(code: "gone"))))
        for _ in 0..<2 {
            #expect(gateway.rates.takeRequest(gateway.client(.key("web"), limits)))
            await gateway.exchange.tell()?.value
        }
        #expect(gateway.records.total(.lost) == 2)
        #expect(gateway.lines.holds("could not be told", "warning"))
    }

    @Test("the settings: with neither keys nor limits, with 0, and alone, nobody is told; a short secret is a mistake")
    func settings() throws {
        #expect(try AccessSettings.made([:], limits: true).exchange == .seconds(1))
        #expect(try AccessSettings.made(["GATEWAY_KEYS": SampleKey.abc.line("web")]).exchange == .seconds(1))
        #expect(try AccessSettings.made([:], limits: false).exchange == nil)
        #expect(try AccessSettings.made(["GATEWAY_LIMIT_EXCHANGE": "0"], limits: true).exchange == nil)
        var read = SettingsReader(environment: ["GATEWAY_LIMIT_ADDRESS_MISSES": "1/s"])
        #expect(AccessSettings(from: &read, limits: true, isAlone: true).exchange == nil)
        #expect(throws: (any Error).self) { try AccessSettings.made(["GATEWAY_LIMIT_SECRET": "short"]) }
    }
}
