import Testing

@testable import Settings

@Suite("variables that look like settings")
struct UnknownVariablesTests {
    private func warnings(_ environment: [String: String]) -> [String] {
        var read = SettingsReader(environment: environment, prefixes: ["GATEWAY_"])
        for name in [
            "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_TOPIC_PREFIX", "KAFKA_TOPIC_PARTITIONS", "KAFKA_TOPIC_REPLICATION",
            "KAFKA_WORK_RETENTION", "MONGODB_URI", "MONGODB_DATABASE", "AWS_ENDPOINT_URL_S3", "AWS_REGION",
            "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "S3_CLIPS_BUCKET", "S3_PUBLIC_ENDPOINT_URL",
            "CLIP_LIFETIME", "URL_LIFETIME", "GATEWAY_PORT",
        ] {
            _ = read.optionalString(name, "")
        }
        read.leave("CLIP_LINK_TEMPLATE", "S3_SOURCE_BUCKET")
        return read.warnings
    }

    @Test(
        "a variable with a word of a setting is named, with the setting that was probably meant",
        arguments: [
            ("KAFKA_BROKERS", "KAFKA_BOOTSTRAP_SERVERS"), ("MONGODB_DB", "MONGODB_DATABASE"),
            ("MONGO_URI", "MONGODB_URI"), ("CLIP_LIFETIM", "CLIP_LIFETIME"), ("CLIPS_LIFETIME", "CLIP_LIFETIME"),
            ("S3_ENDPOINT", "AWS_ENDPOINT_URL_S3"), ("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
            ("AWS_SECRET_KEY", "AWS_SECRET_ACCESS_KEY"), ("GATEWAY_PROT", "GATEWAY_PORT"),
            ("URL_LIFETIM", "URL_LIFETIME"), ("AWS_PROFILE", nil), ("AWS_CA_BUNDLE", nil),
        ])
    func named(name: String, meant: String?) {
        #expect(
            warnings([name: "x"]) == ["\(name) is not a setting" + (meant.map { "; did you mean \($0)?" } ?? "")])
    }

    /// Kubernetes, "Service": the variables that it gives every container for a service called `kafka`.
    @Test("settings of other services, and what machines and tools set by themselves, are left alone")
    func leftAlone() {
        #expect(
            warnings([
                "CLIP_LINK_TEMPLATE": "x", "S3_SOURCE_BUCKET": "x", "CUTTER_SLOTS": "2", "HOME": "/", "PATH": "/bin",
                "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE", "KAFKA_SERVICE_HOST": "10.0.0.1",
                "KAFKA_SERVICE_PORT_CLIENT": "9092", "KAFKA_PORT": "tcp://10.0.0.1:9092",
                "KAFKA_PORT_9092_TCP": "tcp://10.0.0.1:9092", "KAFKA_PORT_9092_TCP_ADDR": "10.0.0.1",
                "CUTROOM_TEST_S3": "x", "CLIP_LIFETIME_FILE": "/x", "ECLIPSE_HOME": "/",
            ]).isEmpty)
    }
}
