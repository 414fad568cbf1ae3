import Fakes
import FoundationEssentials
import HTTPClient
import TestStack
import Testing

@testable import ObjectStore

@Suite struct CredentialsOriginTests {
    let http = HTTPClient()

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
    @Test("a web identity's token is exchanged, for as long as is asked for")
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
        let longer = CredentialsOrigin.webIdentity(
            roleARN: "arn", tokenFile: file.path, sessionName: "s", endpoint: server.url, durationSeconds: 43_200)
        _ = try await longer.fetch(over: http)
        let last = try #require(server.requests.last)
        #expect(String(decoding: last.body, as: UTF8.self).hasSuffix("&DurationSeconds=43200"))
    }

    /// The forms of the answers: AWS STS API Reference, "Common Errors" (XML); Amazon EC2 User Guide, "Retrieve security
    /// credentials from instance metadata" (`Code`); Amazon ECS agent, `{"code": …}`.
    @Test(
        "a source's own word for why is told, and never its sentence",
        arguments: [
            (
                "403 Forbidden",
                "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>hush</Message></Error></ErrorResponse>",
                "AccessDenied (status 403)"
            ),
            (
                "400 Bad Request", #"{"code": "InvalidIdInRequest", "message": "hush"}"#,
                "InvalidIdInRequest (status 400)"
            ),
            ("200 OK", #"{"Code": "AssumeRoleUnauthorizedAccess", "Message": "hush"}"#, "AssumeRoleUnauthorizedAccess"),
            ("404 Not Found", "hush", "(status 404)"),
        ])
    func words(status: String, body: String, reason: String) async throws {
        let server = try WireServer.start { _, connection in connection.answer(status, body) }
        let origin = CredentialsOrigin.container(url: server.url, authorization: .none)
        let found = await fault { () async throws(ObjectStoreFault) in try await origin.fetch(over: http) }
        #expect(found == .noCredentials(reason: reason))
    }

    @Test("a profile's keys are read anew, and gone ones are told")
    func files() async throws {
        let file = try TemporaryFile(holding: [])
        let path = file.path
        let origin = CredentialsOrigin.files(
            SharedConfigFiles(environment: ["AWS_SHARED_CREDENTIALS_FILE": path, "AWS_PROFILE": "clips"]))
        for key in ["first", "second"] {
            try write("[clips]\naws_access_key_id = \(key)\naws_secret_access_key = hush\n", to: path)
            #expect(try await origin.fetch(over: http) == Credentials(accessKey: key, secretKey: "hush"))
        }
        try write("[other]\n", to: path)
        let found = await fault { () async throws(ObjectStoreFault) in try await origin.fetch(over: http) }
        #expect(found == .noCredentials(reason: "there are no keys any more"))
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
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
