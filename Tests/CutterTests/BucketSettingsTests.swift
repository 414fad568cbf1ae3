import Settings
import Testing

@testable import ObjectStore
@testable import Wiring

/// AWS SDKs and Tools Reference Guide, "Service-specific endpoints" and "AWS Region".
@Suite("the settings of buckets and brokers")
struct BucketSettingsTests {
    private func location(_ environment: [String: String]) throws -> S3Location {
        let keys = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"]
        var read = SettingsReader(environment: environment.merging(keys) { $1 })
        let bucket = BucketSettings.clips(from: &read)
        try read.finish()
        #expect(read.warnings == [])
        return try #require(bucket.location)
    }

    @Test("a service's own endpoint goes before the one of all services, AWS_REGION before AWS_DEFAULT_REGION")
    func order() throws {
        let all = try location([
            "AWS_ENDPOINT_URL_S3": "http://s3:7070", "AWS_ENDPOINT_URL": "http://all:7070", "AWS_REGION": "eu-north-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
        ])
        #expect(all.origin == "http://s3:7070" && all.region == "eu-north-1")
        let general = try location(["AWS_ENDPOINT_URL": "http://all:7070", "AWS_DEFAULT_REGION": "eu-west-1"])
        #expect(general.origin == "http://all:7070" && general.region == "eu-west-1")
        let none = try location(["AWS_ENDPOINT_URL_S3": "", "AWS_REGION": ""])
        #expect(none.origin.hasSuffix("amazonaws.com") && none.region == "us-east-1")
    }

    @Test("without a region in the environment that of the profile counts")
    func profile() throws {
        let files = [
            "/config": "[default]\nregion = eu-south-2\n[profile other]\nregion = us-west-2\n",
            "/keys": "[other]\naws_access_key_id = a\naws_secret_access_key = s\n",
        ]
        func location(_ environment: [String: String]) throws -> S3Location? {
            let paths = ["AWS_CONFIG_FILE": "/config", "AWS_SHARED_CREDENTIALS_FILE": "/keys"]
            var read = SettingsReader(environment: environment.merging(paths) { $1 }) { path in
                files[path].map { .success($0) } ?? .failure(SettingsFileFault("not there"))
            }
            let bucket = BucketSettings.clips(from: &read)
            try read.finish()
            #expect(read.warnings == [])
            return bucket.location
        }
        #expect(try location([:])?.region == "eu-south-2")
        #expect(try location(["AWS_PROFILE": "other"])?.region == "us-west-2")
        #expect(try location(["AWS_PROFILE": "other", "AWS_DEFAULT_REGION": "sa-east-1"])?.region == "sa-east-1")
    }

    @Test("a container's token is not read at the start, where its file is named: the agent changes it")
    func tokenFile() throws {
        let environment = [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "old",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/no/such/file",
        ]
        var read = SettingsReader(environment: environment)
        _ = BucketSettings.clips(from: &read)
        try read.finish()
        #expect(read.warnings == [])
    }

    private func brokers(_ list: String) -> [String] {
        var read = SettingsReader(environment: ["KAFKA_BOOTSTRAP_SERVERS": list])
        _ = BrokerList.read(from: &read)
        do throws(SettingsFault) {
            try read.finish()
            return []
        } catch { return error.mistakes }
    }

    @Test(
        "a list of brokers is one of hosts and ports",
        arguments: ["a:1", "a:1,b:2", "a", "SASL_SSL://a:1,b:2", "[::1]:9092", "a.example.org:65535"])
    func lists(list: String) { #expect(brokers(list) == []) }

    @Test(
        "what can't be a broker is named at the start",
        arguments: [
            ("kafka://a:1", "'kafka://a:1' begins with kafka://, which is no protocol of Kafka's"),
            ("a:1, b:2", "' b:2' has blanks in it"), ("a:1,,b:2", "'' is empty"), ("a:1,", "'' is empty"),
            ("a:0", "'a:0' has no port from 1 to 65535"), ("a:x", "'a:x' has no port from 1 to 65535"),
            ("a:1/b", "'a:1/b' has a path"), (":1", "':1' has no host"),
            ("u:p@a:1", "'u:p@a:1' has a user in it; those go into KAFKA_PROPERTY_SASL_USERNAME"),
        ])
    func mistakes(list: String, what: String) {
        #expect(
            brokers(list)
                == ["KAFKA_BOOTSTRAP_SERVERS: the entry \(what) (expected: host:port, several between commas)"])
    }
}
