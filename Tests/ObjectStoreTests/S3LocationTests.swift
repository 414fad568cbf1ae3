import Testing

@testable import ObjectStore

@Suite struct S3LocationTests {
    @Test(
        "a bucket is addressed by host name at AWS, and by path elsewhere",
        arguments: [
            ("clips", nil, nil, "https://clips.s3.eu-west-1.amazonaws.com", ""),
            ("my.clips", nil, nil, "https://s3.eu-west-1.amazonaws.com", "/my.clips"),
            ("clips", "http://localhost:9000", nil, "http://localhost:9000", "/clips"),
            ("clips", "http://localhost:9000/", .virtualHost, "http://clips.localhost:9000", ""),
            ("clips", "https://S3.Example.org:443/a/b/", nil, "https://s3.example.org", "/a/b/clips"),
            ("clips", "http://s3:80", nil, "http://s3", "/clips"),
            ("clips", "http://[::1]:9000", nil, "http://[::1]:9000", "/clips"),
            ("clips", "https://e.example/base", .virtualHost, "https://clips.e.example", "/base"),
        ] as [(String, String?, S3Location.Style?, String, String)])
    func addresses(
        bucket: String, endpoint: String?, style: S3Location.Style?, origin: String, basePath: String
    ) throws {
        let location = try S3Location(bucket: bucket, region: "eu-west-1", endpoint: endpoint, style: style)
        #expect(location.origin == origin)
        #expect("\(origin)".hasSuffix("://\(location.host)"))
        #expect(location.basePath == basePath)
    }

    @Test(
        "an endpoint that is none is refused with a reason",
        arguments: [
            "", "s3.example.org", "ftp://s3", "https://", "https://:80", "https://host:", "https://host:0",
            "https://host:65536", "https://host:+80", "https://user@host", "https://host/?x", "https://host/#x",
            "https://host/a b", "https://host//a", "https://ho st", "https://[::1", "https://host/%2F",
        ])
    func malformed(endpoint: String) {
        #expect(throws: S3Location.Malformed.self) { try S3Location(bucket: "b", region: "r", endpoint: endpoint) }
    }

    @Test(
        "a bucket or region that would change the URL is refused", arguments: ["", "a/b", "a?b", "..", ".", "a b", "ä"])
    func names(name: String) {
        #expect(throws: S3Location.Malformed.self) { try S3Location(bucket: name, region: "r") }
        #expect(throws: S3Location.Malformed.self) { try S3Location(bucket: "b", region: name) }
    }
}
