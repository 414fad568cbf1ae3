import Fakes
import HTTPClient
import TestStack
import Testing

@testable import ObjectStore

@Suite struct CredentialsOriginTests {
    let http = HTTPClient()

    @Test(
        "the environment names the origin, in the order of AWS's own SDKs",
        arguments: [
            ([:], .instance(endpoint: "http://169.254.169.254")),
            (["AWS_EC2_METADATA_DISABLED": "true"], nil),
            (
                ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"],
                .container(url: "http://169.254.170.2/v2/x", authorization: .none)
            ),
            (
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
                ], .container(url: "http://169.254.170.23/v1/credentials", authorization: .file("/token"))
            ),
            (
                [
                    "AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "arn",
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "x",
                ],
                .webIdentity(
                    roleARN: "arn", tokenFile: "/t", sessionName: "cutroom",
                    endpoint: "https://sts.eu-west-1.amazonaws.com")
            ),
        ] as [([String: String], CredentialsOrigin?)])
    func named(environment: [String: String], origin: CredentialsOrigin?) throws {
        #expect(try CredentialsOrigin.named(by: environment, region: "eu-west-1") == origin)
    }

    @Test(
        "a token is sent in the clear only to this machine and its agents",
        arguments: [
            ("http://127.0.0.1:8080/x", true), ("http://localhost/x", true), ("http://[::1]:80/x", true),
            ("https://example.org/x", true), ("http://[fd00:ec2::23]/x", true), ("http://example.org/x", false),
            ("http://127.0.0.1.example.org/", false), ("http://localhost.example.org/", false),
            ("ftp://127.0.0.1", false),
            ("http://169.254.170.2@example.org/", false),
        ])
    func whereTokensGo(url: String, isGood: Bool) {
        let environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]
        let isNamed = (try? CredentialsOrigin.named(by: environment, region: "r")) != nil
        #expect(isNamed == isGood)
    }

    @Test("variables that make no sense are refused by name")
    func malformed() {
        for environment in [
            ["AWS_WEB_IDENTITY_TOKEN_FILE": "/t"], ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@example.org"],
        ] {
            #expect(throws: CredentialsOrigin.Malformed.self) {
                try CredentialsOrigin.named(by: environment, region: "r")
            }
        }
    }

    /// The form of the answer: Amazon ECS Developer Guide, "Task IAM role".
    private static let json = """
        {"RoleArn": "arn", "AccessKeyId": "ASIA", "SecretAccessKey": "hush", "Token": "quiet",
         "Expiration": "2024-02-29T23:59:58Z"}
        """

    @Test("a container's agent is asked with its token")
    func container() async throws {
        let server = try WireServer.start { _, connection in connection.answer("200 OK", Self.json) }
        let file = try TemporaryFile(holding: Array("from-file\n".utf8))
        for (authorization, sent) in [
            (CredentialsOrigin.Authorization.none, nil), (.token("t"), "t"), (.file(file.path), "from-file"),
        ] as [(CredentialsOrigin.Authorization, String?)] {
            let origin = CredentialsOrigin.container(url: "\(server.url)/v2/x", authorization: authorization)
            #expect(
                try await origin.fetch(over: http)
                    == Credentials(
                        accessKey: "ASIA", secretKey: "hush", sessionToken: "quiet",
                        expiresAtUnixSeconds: 1_709_251_198))
            #expect(server.requests.last?.headers["authorization"] == sent)
        }
    }

    /// The steps: Amazon EC2 User Guide, "Use IMDS" (version 2).
    @Test("an instance's metadata are asked for by a session of version 2")
    func instance() async throws {
        let server = try WireServer.start { request, connection in
            let folder = "/latest/meta-data/iam/security-credentials/"
            let isAllowed = request.headers["x-aws-ec2-metadata-token"] == "session=="
            switch (request.method, request.target) {
            case ("PUT", "/latest/api/token"): connection.answer("200 OK", "session==")
            case ("GET", folder) where isAllowed: connection.answer("200 OK", "a-role\nanother")
            case ("GET", folder + "a-role") where isAllowed: connection.answer("200 OK", Self.json)
            default: connection.answer("401 Unauthorized", "")
            }
        }
        let credentials = try await CredentialsOrigin.instance(endpoint: server.url).fetch(over: http)
        #expect(credentials.accessKey == "ASIA")
        #expect(server.requests.first?.headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600")
    }

    /// The form of the answer: AWS STS API Reference, "AssumeRoleWithWebIdentity", sample response.
    @Test("a web identity's token is exchanged")
    func webIdentity() async throws {
        let server = try WireServer.start { _, connection in
            connection.answer(
                "200 OK",
                """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                <AssumeRoleWithWebIdentityResult><Audience>a</Audience><Credentials><SessionToken>quiet</SessionToken>
                <SecretAccessKey>hush</SecretAccessKey><Expiration>2024-02-29T23:59:58Z</Expiration>
                <AccessKeyId>ASIA</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>
                </AssumeRoleWithWebIdentityResponse>
                """)
        }
        let file = try TemporaryFile(holding: Array("e.y.J=".utf8))
        let origin = CredentialsOrigin.webIdentity(
            roleARN: "arn:aws:iam::1:role/r", tokenFile: file.path, sessionName: "s", endpoint: server.url)
        #expect(
            try await origin.fetch(over: http)
                == Credentials(
                    accessKey: "ASIA", secretKey: "hush", sessionToken: "quiet", expiresAtUnixSeconds: 1_709_251_198))
        let sent = try #require(server.requests.first)
        #expect(
            String(decoding: sent.body, as: UTF8.self)
                == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
                + "&RoleSessionName=s&WebIdentityToken=e.y.J%3D")
    }

    @Test("answers that bring no credentials are faults that repeat nothing of them")
    func noCredentials() async throws {
        for (status, body) in [
            ("500 Oops", Self.json), ("200 OK", ""), ("200 OK", "{}"), ("200 OK", "hush"),
            ("200 OK", #"{"AccessKeyId": "", "SecretAccessKey": "hush"}"#),
            ("200 OK", #"{"AccessKeyId": "a", "SecretAccessKey": "hush", "Expiration": "soon"}"#),
        ] {
            let server = try WireServer.start { _, connection in connection.answer(status, body) }
            let origin = CredentialsOrigin.container(url: server.url, authorization: .none)
            let found = await fault { () async throws(ObjectStoreFault) in try await origin.fetch(over: http) }
            guard case .noCredentials(let reason) = found else {
                Issue.record("\(body) gave \(String(describing: found))")
                continue
            }
            #expect(!reason.contains("hush"))
        }
        let origin = CredentialsOrigin.container(url: "http://127.0.0.1:1", authorization: .file("/no/such/file"))
        let found = await fault { () async throws(ObjectStoreFault) in try await origin.fetch(over: http) }
        #expect(found == .noCredentials(reason: "the token's file can't be read"))
    }
}
