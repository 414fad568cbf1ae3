import HTTPServer
import Testing

@Suite("addresses")
struct AddressTests {
    /// RFC 4291, 2.2 and 2.5.5.2; RFC 5952, 4.
    @Test(
        "an address has one form, and a mapped one of IPv4 is that of IPv4",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:0201", "192.0.2.1"),
            ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"), ("::1", "::1"), ("::", "::"),
        ])
    func forms(text: String, form: String) {
        #expect(IPAddress(text)?.description == form)
        #expect(IPAddress(text) == IPAddress(form))
    }

    @Test(
        "what is no address alone is none",
        arguments: [
            "", " ", "192.0.2", "192.0.2.1 ", " 192.0.2.1", "192.0.2.256", "192.0.2.1:80", "[::1]", "fe80::1%eth0",
            "::1::", "192.0.2.1\0", "0x7f.1", "localhost", "12345", ":", String(repeating: "1", count: 60),
        ])
    func none(text: String) { #expect(IPAddress(text) == nil) }

    @Test("loopback is 127.0.0.0/8 and ::1, in whatever form")
    func loopback() {
        for text in ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"] {
            #expect(IPAddress(text)?.isLoopback == true, "\(text)")
        }
        for text in ["128.0.0.1", "126.0.0.1", "::2", "::", "::ffff:10.0.0.1"] {
            #expect(IPAddress(text)?.isLoopback == false, "\(text)")
        }
    }

    @Test(
        "a range holds the addresses with its first bits, and no other",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "a00::", false),
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false), ("192.0.2.7/31", "192.0.2.6", true),
            ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
            ("2001:db8::/65", "2001:db8::7fff:0:0:1", true), ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
            ("2001:db8::/64", "2001:db8::8000:0:0:1", true), ("::ffff:10.0.0.0/104", "10.9.9.9", true),
        ])
    func ranges(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(#require(IPAddress(address))) == isIn)
    }

    @Test(
        "what is no range is none",
        arguments: ["", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "10/8", "a/b/c", "*"])
    func noRanges(text: String) { #expect(AddressRange(text) == nil) }
}

@Suite("hops that proxies wrote")
struct ForwardedHopsTests {
    private func shown(_ hops: [IPAddress?]) -> [String] { hops.map { $0?.description ?? "-" } }

    /// The examples of RFC 7239, 4, 6, 6.3 and 7.
    @Test(
        "the RFC's examples are read as it explains them",
        arguments: [
            (#"for="_gazonk""#, ["-"]), (#"For="[2001:db8:cafe::17]:4711""#, ["2001:db8:cafe::17"]),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", ["192.0.2.60"]),
            ("for=192.0.2.43, for=198.51.100.17", ["192.0.2.43", "198.51.100.17"]),
            (#"for="192.0.2.43:47011""#, ["192.0.2.43"]), (#"for="[2001:db8:cafe::17]:47011""#, ["2001:db8:cafe::17"]),
            ("for=_hidden, for=_SEVKISEK", ["-", "-"]),
            (#"for=192.0.2.43, for="[2001:db8:cafe::17]", for=unknown"#, ["192.0.2.43", "2001:db8:cafe::17", "-"]),
            (#"for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown"#, ["192.0.2.43", "2001:db8:cafe::17", "-"]),
            (
                "for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=http;host=example.com",
                ["192.0.2.43", "198.51.100.17"]
            ),
        ])
    func examples(field: String, hops: [String]) { #expect(shown(ForwardedHops.ofForwarded(field)) == hops) }

    @Test(
        "an element without one address that can be read is a hop that is not known",
        arguments: [
            ("", ["-"]), ("by=192.0.2.1", ["-"]), ("for=192.0.2.1;for=192.0.2.2", ["-"]), ("for=", ["-"]),
            ("for=2001:db8::1", ["-"]), (#"for="[192.0.2.1]""#, ["-"]), (#"for="192.0.2.1"#, ["-"]),
            (#"for=192.0.2.1:port"#, ["-"]), (#"for="192.0.2.1:_x9""#, ["192.0.2.1"]), ("for=192.0.2.1:123456", ["-"]),
            (",for=192.0.2.1,", ["-", "192.0.2.1", "-"]), ("FOR=192.0.2.1 ; proto=http", ["192.0.2.1"]),
            // A quote that a client opens swallows what its proxy adds: then nothing is known, and not what the client says.
            (#"for="x, for=192.0.2.1"#, ["-"]), (#"for="192.0.2.9", for=192.0.2.1"#, ["192.0.2.9", "192.0.2.1"]),
            (#"for="192\.0.2.1""#, ["192.0.2.1"]), ("for=192.0.2.1\u{FFFD}", ["-"]),
        ])
    func malformed(field: String, hops: [String]) { #expect(shown(ForwardedHops.ofForwarded(field)) == hops) }

    @Test(
        "X-Forwarded-For lists addresses, as proxies write them",
        arguments: [
            ("203.0.113.7", ["203.0.113.7"]), ("203.0.113.7, 198.51.100.1", ["203.0.113.7", "198.51.100.1"]),
            ("203.0.113.7:5678", ["203.0.113.7"]), ("2001:db8::1", ["2001:db8::1"]),
            ("[2001:db8::1]", ["2001:db8::1"]), ("[2001:db8::1]:443", ["2001:db8::1"]),
            (#""[2001:db8::1]:443""#, ["2001:db8::1"]), ("::ffff:203.0.113.7", ["203.0.113.7"]),
            ("unknown, 203.0.113.7", ["-", "203.0.113.7"]), ("", ["-"]),
            ("a, ,203.0.113.7", ["-", "-", "203.0.113.7"]),
            ("[2001:db8::1]x", ["-"]), ("[2001:db8::1", ["-"]), ("203.0.113.7:", ["-"]),
        ])
    func listed(field: String, hops: [String]) { #expect(shown(ForwardedHops.ofXForwardedFor(field)) == hops) }
}
