import Testing
import Text

@Suite("the scheme of an address")
struct WebSchemeTests {
    @Test(
        "is told in whatever case, with what stands behind it",
        arguments: [
            ("https://a.example/B", WebScheme.https, "a.example/B"), ("HTTP://A", .http, "A"), ("https://", .https, ""),
        ])
    func told(address: String, scheme: WebScheme, rest: String) throws {
        let found = try #require(WebScheme.split(address))
        #expect(found.scheme == scheme && found.rest == rest)
    }

    @Test(
        "is none where another stands, or none",
        arguments: ["", "http:/a", "https:a", "ftp://a", " http://a", "javascript://a", "//a", "ſhttp://a"])
    func none(address: String) { #expect(WebScheme.split(address) == nil) }

    /// RFC 3986, 2.2 and 2.3, and the percent sign of 2.1.
    @Test("what may stand in an address is what the standard names")
    func characters() {
        let named = ":/?#[]@!$&'()*+,;=" + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" + "%"
        for byte in UInt8.min...UInt8.max {
            #expect(ByteSet.uri.contains(byte) == named.utf8.contains(byte), "\(byte)")
        }
    }
}
