import Testing

@testable import ObjectStore

/// AWS SDKs and Tools Reference Guide: "AWS SDKs and Tools standardized credential providers", and each provider's page. Where
/// the guide leaves the order to the SDKs, it is that of aws-sdk-go-v2 (`config/resolve_credentials.go`).
@Suite("the chain of credentials")
struct CredentialsChainTests {
    private static let files = [
        "/c": """
        [default]
        region = eu-west-3 # Paris
        [profile role]
        role_arn = arn:aws:iam::1:role/r
        web_identity_token_file = /token
        duration_seconds = 7200
        [profile both]
        aws_access_key_id = in-config
        aws_secret_access_key = c
        s3 =
          aws_access_key_id = nested
        [profile chained]
        role_arn = arn
        source_profile = default
        [profile process]
        credential_process = /bin/false
        """,
        "/k": """
        ; a comment
        [default]
        aws_access_key_id=AKIDEFAULT
        aws_secret_access_key = d#no-comment
        [both]
        AWS_ACCESS_KEY_ID = in-credentials
        aws_secret_access_key = k
        aws_session_token = t
        [profile role]
        aws_access_key_id = other-form
        """,
    ]

    private func chain(_ environment: [String: String]) throws -> CredentialsChain {
        let files = SharedConfigFiles(environment: environment)
        let profile = files.read { Self.files[$0] }
        return try CredentialsChain.find(in: environment, files: files, profile: profile, region: "eu-west-1")
    }

    private static let everything = [
        "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t",
        "AWS_ROLE_ARN": "arn", "AWS_CONFIG_FILE": "/c", "AWS_SHARED_CREDENTIALS_FILE": "/k",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x",
    ]

    @Test("each source is asked before those behind it, and what was passed over is told")
    func order() throws {
        var environment = Self.everything
        func without(_ names: String..., has source: CredentialsChain.Source?, passes count: Int) throws {
            for name in names { environment[name] = "" }
            let chain = try chain(environment)
            #expect(chain.source == source)
            #expect(chain.passedOver.count == count, "\(chain.passedOver)")
        }
        try without(has: .keys(Credentials(accessKey: "AKIA", secretKey: "s")), passes: 0)
        try without(
            "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
            has: .fetched(
                .webIdentity(
                    roleARN: "arn", tokenFile: "/t", sessionName: "cutroom",
                    endpoint: "https://sts.eu-west-1.amazonaws.com")), passes: 1)
        let files = SharedConfigFiles(environment: environment)
        try without("AWS_WEB_IDENTITY_TOKEN_FILE", has: .fetched(.files(files)), passes: 2)
        try without(
            "AWS_SHARED_CREDENTIALS_FILE",
            has: .fetched(.container(url: "http://169.254.170.2/v2/x", authorization: .file("/token"))), passes: 3)
        try without(
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            has: .fetched(.container(url: "http://169.254.170.23/v1/credentials", authorization: .file("/token"))),
            passes: 3)
        try without(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI", has: .fetched(.instance(endpoint: "http://169.254.169.254")),
            passes: 4)
        #expect(try !chain(environment).isNamed)
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6"
        try without(has: .fetched(.instance(endpoint: "http://[fd00:ec2::254]")), passes: 4)
        environment["AWS_EC2_METADATA_DISABLED"] = "TRUE"
        try without(has: nil, passes: 5)
    }

    /// The judge of keys is botocore 1.43, which gives the same for these files; that of a comment behind a value is
    /// aws-sdk-go-v2 (`internal/ini`), since botocore leaves it in the value.
    @Test("profiles are read as AWS's tools read them")
    func profiles() throws {
        let files = ["AWS_CONFIG_FILE": "/c", "AWS_SHARED_CREDENTIALS_FILE": "/k"]
        func profile(_ name: String?) -> SharedProfile? {
            let named = SharedConfigFiles(environment: files.merging(["AWS_PROFILE": name ?? ""]) { $1 })
            return named.read { Self.files[$0] }
        }
        #expect(profile(nil)?.keys == Credentials(accessKey: "AKIDEFAULT", secretKey: "d#no-comment"))
        #expect(profile(nil)?.region == "eu-west-3")
        #expect(
            profile("both")?.keys == Credentials(accessKey: "in-credentials", secretKey: "k", sessionToken: "t"))
        #expect(profile("nobody") == nil)
        #expect(profile("role")?.keys == nil)
        #expect(
            try chain(files.merging(["AWS_PROFILE": "role"]) { $1 }).source
                == .fetched(
                    .webIdentity(
                        roleARN: "arn:aws:iam::1:role/r", tokenFile: "/token", sessionName: "cutroom",
                        endpoint: "https://sts.eu-west-1.amazonaws.com", durationSeconds: 7_200)))
    }

    @Test(
        "what makes no sense, or is not supported, is refused by its name",
        arguments: [
            (["AWS_ACCESS_KEY_ID": "a"], "AWS_SECRET_ACCESS_KEY"),
            (["AWS_SECRET_ACCESS_KEY": "a"], "AWS_ACCESS_KEY_ID"),
            (["AWS_WEB_IDENTITY_TOKEN_FILE": "/t"], "AWS_ROLE_ARN"),
            (["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@example.org"], "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
            (["AWS_PROFILE": "nobody"], "AWS_PROFILE: there is no profile 'nobody'"),
            (["AWS_PROFILE": "chained", "AWS_CONFIG_FILE": "/c"], "source_profile"),
            (["AWS_PROFILE": "process", "AWS_CONFIG_FILE": "/c"], "credential_process"),
            (["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "5"], "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"),
        ])
    func malformed(environment: [String: String], says: String) {
        do {
            let chain = try chain(environment)
            Issue.record("\(environment) gave \(chain)")
        } catch {
            #expect("\(error)".contains(says), "\(error)")
        }
    }

    @Test(
        "a token is sent in the clear only to this machine and its agents",
        arguments: [
            ("http://127.0.0.1:8080/x", true), ("http://localhost/x", true), ("http://[::1]:80/x", true),
            ("https://example.org/x", true), ("http://[fd00:ec2::23]/x", true), ("http://169.254.170.23/x", true),
            ("http://example.org/x", false), ("http://169.254.169.254/x", false),
            ("http://127.0.0.1.example.org/", false), ("http://localhost.example.org/", false),
            ("ftp://127.0.0.1", false), ("http://169.254.170.2@example.org/", false),
            ("http://127.0.0.1:80@example.org/", false), ("https://127.0.0.1@example.org/", false),
        ])
    func whereTokensGo(url: String, isGood: Bool) {
        let found = try? chain(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]).source
        #expect((found == .fetched(.container(url: url, authorization: .none))) == isGood)
    }

    @Test("a source's name tells nobody what opens it")
    func names() {
        let container = CredentialsOrigin.container(
            url: "http://169.254.170.2/v2/credentials/hush", authorization: .token("quiet"))
        #expect(container.name == "the container's credentials endpoint http://169.254.170.2")
    }
}
