import Fakes
import FoundationEssentials
import Glibc
import HTTPServer
import Settings
import TestStack
import Testing

@testable import GatewayService

@Suite("limits")
struct LimitTests {
    private static let second: Int64 = 1_000_000_000

    /// Worked out by hand: 10 in 60 s come back one every 6 s.
    @Test("a quota can be used at once, then comes back evenly, and never grows beyond itself")
    func quota() {
        let quota = Quota(Rate(10, per: .seconds(60)))
        var wholeAt: Int64 = 0
        for used in 1...10 {
            #expect(quota.take(&wholeAt, now: 0))
            #expect(quota.left(wholeAt, now: 0) == 10 - Int64(used))
        }
        #expect(!quota.take(&wholeAt, now: 0))
        #expect(quota.secondsUntilOne(wholeAt, now: 0) == 6)
        #expect(quota.secondsUntilWhole(wholeAt, now: 0) == 60)
        #expect(!quota.take(&wholeAt, now: 6 * Self.second - 1))
        #expect(quota.secondsUntilOne(wholeAt, now: 6 * Self.second - 1) == 1)
        #expect(quota.take(&wholeAt, now: 6 * Self.second))
        #expect(!quota.take(&wholeAt, now: 6 * Self.second))
        #expect(quota.left(wholeAt, now: 36 * Self.second) == 5)
        #expect(quota.left(wholeAt, now: 100_000 * Self.second) == 10)
        #expect(quota.secondsUntilOne(wholeAt, now: 100_000 * Self.second) == 0)
    }

    @Test(
        "at twenty times the rate, no more pass in an hour than the quota and what comes back",
        arguments: [Rate(10, per: .seconds(60)), Rate(100, per: .seconds(3600)), Rate(7, per: .seconds(1))])
    func rate(rate: Rate) {
        let quota = Quota(rate)
        var wholeAt: Int64 = 0
        let step = rate.period.components.seconds * Self.second / Int64(rate.count) / 20
        var (passed, now): (Int64, Int64) = (0, 0)
        while now < 3600 * Self.second {
            if quota.take(&wholeAt, now: now) { passed += 1 }
            now += step
        }
        let comesBack = Int64(rate.count) * 3600 / rate.period.components.seconds
        #expect((Int64(rate.count) + comesBack - 1...Int64(rate.count) + comesBack).contains(passed), "\(passed)")
    }

    /// proc(5), statm: the second number counts pages.
    private static func residentBytes() throws -> Int {
        let text = try String(contentsOf: URL(fileURLWithPath: "/proc/self/statm"), encoding: .utf8)
        return try #require(Int(text.split(separator: " ")[1])) * sysconf(Int32(_SC_PAGESIZE))
    }

    private func client(_ address: String, _ rates: RateLimits, requests: Rate? = Rate(1, per: .seconds(60))) throws
        -> LimitedClient
    {
        LimitedClient(
            tenant: AddressHash().tenant(try #require(IPAddress(address))), label: LimitDecisions.address,
            limits: ClientLimits(requests: requests, misses: nil), rates: rates)
    }

    @Test("addresses of IPv6 share a limit with their /64, of IPv4 each has its own")
    func subjects() throws {
        let rates = RateLimits(tableBytes: 1 << 20)
        func isTaken(_ address: String) throws -> Bool { rates.takeRequest(try client(address, rates)) }
        #expect(try isTaken("192.0.2.1"))
        #expect(try !isTaken("192.0.2.1"))
        #expect(try !isTaken("::ffff:192.0.2.1"))
        #expect(try isTaken("192.0.2.2"))
        #expect(try isTaken("2001:db8::1"))
        #expect(try !isTaken("2001:db8::ffff:ffff:ffff:ffff"))
        #expect(try isTaken("2001:db8:0:1::1"))
    }

    @Test("a million different addresses stay within the table's bytes, in its own count and in the process's memory")
    func million() throws {
        let rates = RateLimits(tableBytes: 8 << 20, isShared: true)
        let limits = ClientLimits(requests: Rate(10, per: .seconds(60)), misses: nil)
        let hash = AddressHash()
        let before = try Self.residentBytes()
        for number in 0..<UInt64(1_000_000) {
            let client = LimitedClient(
                tenant: hash.tenant(IPAddress(high: number, low: 7)), label: LimitDecisions.address, limits: limits,
                rates: rates)
            #expect(rates.takeRequest(client))
        }
        let grown = try Self.residentBytes() - before
        let table = rates.addressTable
        #expect(table.bytes <= 8 << 20)
        #expect(table.count > 80_000)
        #expect(grown < 16 << 20, "\(grown) bytes")
        #expect(rates.usage(of: hash.tenant(IPAddress(high: 999_999, low: 0))).usage.requests > 0)
    }

    /// draft-ietf-httpapi-ratelimit-headers, 3 and 4; structured fields are RFC 9651.
    @Test("an answer tells the policies, what is left of them, and when there is more")
    func fields() throws {
        let clock = HandClock()
        let rates = RateLimits(tableBytes: 1 << 20, clock: { clock.now })
        let limits = ClientLimits(requests: Rate(6000, per: .seconds(60)), misses: Rate(2, per: .seconds(60)))
        let client = LimitedClient(tenant: .key("web"), label: "web", limits: limits, rates: rates)
        func told() -> String? { client.stamp(HTTPResponse(status: 200)).value("RateLimit") }
        #expect(
            client.stamp(HTTPResponse(status: 200)).value("RateLimit-Policy")
                == #""requests";q=6000;w=60, "misses";q=2;w=60"#)
        #expect(told() == #""requests";r=6000;t=0, "misses";r=2;t=0"#)
        try client.takeRequest()
        try client.takeMiss()
        #expect(told() == #""requests";r=5999;t=1, "misses";r=1;t=30"#)
        try client.takeMiss()
        #expect(throws: Problem.self) { try client.takeMiss() }
        #expect(told() == #""requests";r=5999;t=1, "misses";r=0;t=30"#)
        clock.advance(by: .seconds(29))
        #expect(told() == #""requests";r=6000;t=0, "misses";r=0;t=1"#)
        clock.advance(by: .seconds(1))
        try client.takeMiss()
    }
}

@Suite("clients behind proxies")
struct TrustedProxiesTests {
    private func client(
        _ peer: String, _ headers: [(name: String, value: String)], trusted: [String] = ["10.0.0.0/8", "fd00::/8"]
    ) -> String? {
        let proxies = TrustedProxies(ranges: trusted.compactMap { AddressRange($0) })
        let request = HTTPRequest(method: "GET", target: "/", headers: headers, peer: IPAddress(peer))
        return proxies.client(of: request).map { "\($0.address)\($0.isForwarded ? " forwarded" : "")" }
    }

    @Test(
        "from the right, the first hop that is no trusted proxy is the client; what stands left of it is anybody's word",
        arguments: [
            ("203.0.113.7", "203.0.113.7 forwarded"), ("1.2.3.4, 203.0.113.7", "203.0.113.7 forwarded"),
            ("1.2.3.4, 203.0.113.7, 10.9.9.9", "203.0.113.7 forwarded"), ("10.1.1.1, 10.2.2.2", "10.1.1.1 forwarded"),
            ("127.0.0.1, 203.0.113.7, fd00::1", "203.0.113.7 forwarded"), ("1.2.3.4, unknown", "10.0.0.1 forwarded"),
            ("1.2.3.4, garbage, 10.9.9.9", "10.9.9.9 forwarded"), ("", "10.0.0.1 forwarded"),
            ("::ffff:203.0.113.7", "203.0.113.7 forwarded"),
        ])
    func listed(field: String, address: String) {
        #expect(client("10.0.0.1", [("X-Forwarded-For", field)]) == address)
        #expect(client("192.0.2.66", [("X-Forwarded-For", field)]) == "192.0.2.66")
        #expect(client("10.0.0.1", [("X-Forwarded-For", field)], trusted: []) == "10.0.0.1")
    }

    @Test("a proxy that adds a line of its own is read as if it had added to the one that came")
    func lines() {
        #expect(
            client("10.0.0.1", [("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-For", "203.0.113.7")])
                == "203.0.113.7 forwarded")
        #expect(
            client("10.0.0.1", [("Forwarded", "for=1.2.3.4"), ("Forwarded", "for=203.0.113.7")])
                == "203.0.113.7 forwarded")
    }

    @Test("a client can't choose its address by sending the field that its proxy does not write")
    func both() {
        let listed = ("X-Forwarded-For", "203.0.113.7")
        #expect(client("10.0.0.1", [listed, ("Forwarded", "for=203.0.113.7")]) == "203.0.113.7 forwarded")
        #expect(client("10.0.0.1", [listed, ("Forwarded", "for=1.2.3.4")]) == "10.0.0.1 forwarded")
        #expect(client("10.0.0.1", []) == "10.0.0.1")
    }

    @Test("of ten thousand hops only the nearest are looked at")
    func long() {
        let field = "1.2.3.4" + String(repeating: ", 10.0.0.9", count: 10_000)
        #expect(client("10.0.0.1", [("X-Forwarded-For", field)]) == "10.0.0.9 forwarded")
    }
}
