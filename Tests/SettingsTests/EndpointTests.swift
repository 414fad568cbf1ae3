import Settings
import Testing

@Suite("Endpoints")
struct EndpointTests {
    @Test(
        "scheme, host, port and path are taken apart and put together",
        arguments: [
            ("http://127.0.0.1:9000", "127.0.0.1", 9000, "", "http://127.0.0.1:9000"),
            ("https://S3.Example.com/", "s3.example.com", nil, "", "https://s3.example.com"),
            ("HTTP://[::1]:80/a/b//", "[::1]", 80, "/a/b", "http://[::1]:80/a/b"),
            ("http://minio_1", "minio_1", nil, "", "http://minio_1"),
        ] as [(String, String, Int?, String, String)]
    )
    func parts(text: String, host: String, port: Int?, path: String, description: String) throws {
        let endpoint = try Endpoint(parsing: text)
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.path == path)
        #expect(endpoint.description == description)
    }

    @Test(
        "what is not an endpoint is refused",
        arguments: [
            "", "127.0.0.1:9000", "ftp://a", "http://", "http://:80", "http://a:0", "http://a:65536", "http://a:x",
            "http://a:", "http://u:p@a", "http://a?x=1", "http://a/#b", "http://a b", "http://[::1", "http://[]",
            "http://a\r\nb", "http://ä.example", "http://a:-1", "http://a:+80",
        ])
    func refused(text: String) {
        #expect(throws: Endpoint.Malformed.self) { try Endpoint(parsing: text) }
    }
}
