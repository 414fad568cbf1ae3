import Testing

@testable import ObjectStore

/// Truth: Amazon's own published example, and signatures made by botocore 1.44.5 (`S3SigV4QueryAuth`) for the same
/// requests at 2024-02-29T23:59:58Z.
@Suite struct QuerySignerTests {
    static let credentials = Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    static let leapDay: Int64 = 1_709_251_198

    private func signature(_ url: String) -> String {
        url.split(separator: "&X-Amz-Signature=", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    }

    /// Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters", the example at its end.
    @Test("the published example gets its published URL")
    func published() throws {
        let location = try S3Location(
            bucket: "examplebucket", region: "us-east-1", endpoint: "https://s3.amazonaws.com", style: .virtualHost)
        let signer = QuerySigner(location, credentials: StaticCredentials(Self.credentials))
        let moment = try signer.moment(unixSeconds: 1_369_353_600, expirySeconds: 86_400)
        #expect(
            signer.url("GET", key: "test.txt", at: moment)
                == "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    @Test("a key with everything in it, by path, at a port")
    func oddKey() throws {
        let location = try S3Location(bucket: "clips", region: "eu-central-1", endpoint: "http://127.0.0.1:7070")
        let signer = QuerySigner(location, credentials: StaticCredentials(Self.credentials))
        let url = signer.url(
            "GET", key: "shows/what's new? (100%) ü+ö & \"so\"~.mp3",
            at: try signer.moment(unixSeconds: Self.leapDay, expirySeconds: 900))
        #expect(
            url.hasPrefix(
                "http://127.0.0.1:7070/clips/shows/what%27s%20new%3F%20%28100%25%29%20%C3%BC%2B%C3%B6%20%26%20%22so%22~.mp3?"
            ))
        #expect(signature(url) == "4c6568705d838a037a72867c2cca1fa7a93f212e453bfda9e1661aeec79090f9")
    }

    @Test("temporary credentials put their token into the query")
    func sessionToken() throws {
        let temporary = Credentials(
            accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            sessionToken: "IQoJb3JpZ2luX2VjEJr//////////wEa+CXVzLWVhc3Q=")
        let signer = QuerySigner(
            try S3Location(bucket: "clips", region: "eu-central-1"), credentials: StaticCredentials(temporary))
        let url = signer.url(
            "GET", key: "a/b.mp3", at: try signer.moment(unixSeconds: Self.leapDay, expirySeconds: 900))
        #expect(url.hasPrefix("https://clips.s3.eu-central-1.amazonaws.com/a/b.mp3?"))
        #expect(
            url.contains("&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEJr%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEa%2BCXVzLWVhc3Q%3D&")
        )
        #expect(signature(url) == "ed572cea2039015341af5e484cdca44423005e33f70888543911ca947d66e8cb")
    }

    @Test("parameters are signed in canonical order, in whatever order they come, below a base path")
    func parameters() throws {
        let location = try S3Location(
            bucket: "clips", region: "eu-central-1", endpoint: "https://s3.example.org/base/")
        let signer = QuerySigner(location, credentials: StaticCredentials(Self.credentials))
        let moment = try signer.moment(unixSeconds: Self.leapDay, expirySeconds: 900)
        let parameters = [
            ("prefix", "a b/c+"), ("list-type", "2"), ("continuation-token", "1/=="), ("max-keys", "1000"),
            ("encoding-type", "url"),
        ]
        for order in [parameters, parameters.reversed()] {
            let url = signer.url("GET", key: nil, parameters: order, at: moment)
            #expect(url.hasPrefix("https://s3.example.org/base/clips?X-Amz-Algorithm="))
            #expect(signature(url) == "b977851126db92c18c879862b565c484f3c4260a9c7c81001c60521e981f6a2a")
        }
    }

    @Test("headers are signed sorted, with one space for several")
    func headers() throws {
        let signer = QuerySigner(
            try S3Location(bucket: "clips", region: "eu-central-1"), credentials: StaticCredentials(Self.credentials))
        let url = signer.url(
            "PUT", key: "a/b.mp3",
            headers: [
                ("x-amz-meta-title", "two  spaces"), ("content-type", "audio/mpeg"),
                ("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            ], at: try signer.moment(unixSeconds: Self.leapDay, expirySeconds: 900))
        #expect(url.contains("&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-checksum-sha256%3Bx-amz-meta-title&"))
        #expect(signature(url) == "76319cfa03fc515f8f73961f5a191f1b1ce7f58748bb21a472826fe746ac0c6d")
    }

    @Test("the kept key is left when the day or the credentials change")
    func keptKey() throws {
        let source = Changing(Self.credentials)
        let location = try S3Location(bucket: "clips", region: "eu-central-1", endpoint: "http://127.0.0.1:7070")
        let signer = QuerySigner(location, credentials: source)
        let other = Credentials(accessKey: "other", secretKey: "secret")
        for (credentials, seconds) in [
            (Self.credentials, Self.leapDay), (Self.credentials, Self.leapDay + 2), (other, Self.leapDay + 2),
            (Self.credentials, Self.leapDay),
        ] {
            source.change(to: credentials)
            let fresh = QuerySigner(location, credentials: StaticCredentials(credentials))
            let kept = try signer.moment(unixSeconds: seconds, expirySeconds: 60)
            let anew = try fresh.moment(unixSeconds: seconds, expirySeconds: 60)
            #expect(signer.url("GET", key: "k", at: kept) == fresh.url("GET", key: "k", at: anew))
        }
    }
}
