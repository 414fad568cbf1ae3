import Settings
import Testing

@testable import Traces

@Suite("the settings of traces")
struct TracingSettingsTests {
    private struct Read: ServiceSettings {
        static let prefixes = ["TEST_"]
        let tracing: TracingSettings
        init(from read: inout SettingsReader) { tracing = TracingSettings(from: &read) }
    }

    private func read(_ environment: [String: String]) throws -> TracingSettings {
        try Read(environment: environment).tracing
    }

    private func mistakes(_ environment: [String: String]) -> [String] {
        do throws(SettingsFault) {
            _ = try Read(environment: environment)
            return []
        } catch { return error.mistakes }
    }

    /// OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP": its examples.
    @Test("the endpoint for all signals gets v1/traces behind it, that for traces is taken as it is")
    func endpoints() throws {
        let (all, own) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        #expect(try read([all: "http://collector:4318"]).target?.url == "http://collector:4318/v1/traces")
        #expect(
            try read([all: "http://collector:4318/mycollector/"]).target?.url
                == "http://collector:4318/mycollector/v1/traces")
        #expect(
            try read([all: "http://collector:4318", own: "http://collector.example.com"]).target?.url
                == "http://collector.example.com/")
        #expect(try read([own: "http://collector/x/y"]).target?.url == "http://collector/x/y")
    }

    @Test(
        "traces are off without an endpoint, and when OpenTelemetry is told to be off",
        arguments: [
            [:], ["OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"],
            ["OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"],
            ["OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"],
        ])
    func off(environment: [String: String]) throws {
        #expect(try read(environment).target == nil)
    }

    @Test("another protocol than http/json is refused by its name")
    func protocols() throws {
        let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"]
        #expect(mistakes(endpoint.merging(["OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"]) { $1 }).isEmpty)
        #expect(
            mistakes(endpoint.merging(["OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"]) { $1 }) == [
                "OTEL_EXPORTER_OTLP_PROTOCOL: must be http/json, for no other protocol is spoken"
            ])
    }

    @Test("headers are decoded, and a mistake in them shows nothing of them")
    func headers() throws {
        let endpoint = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"]
        let name = "OTEL_EXPORTER_OTLP_HEADERS"
        let target = try read(endpoint.merging([name: "Authorization=Bearer%20a=b, x-tenant=7"]) { $1 }).target
        #expect(target?.headers.map(\.name) == ["Authorization", "x-tenant"])
        #expect(target?.headers.map { $0.value.reveal() } == ["Bearer a=b", "7"])
        for bad in ["topsecret", "a b=topsecret", "a=topsecret%0d", "a=topsecret%", "=topsecret"] {
            let told = mistakes(endpoint.merging([name: bad]) { $1 })
            #expect(told.count == 1, "\(bad)")
            #expect(told.allSatisfy { $0.hasPrefix(name) && !$0.contains("topsecret") }, "\(told)")
        }
    }

    @Test("times without a unit are milliseconds, as OpenTelemetry has them")
    func times() throws {
        let settings = try read([
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_BSP_SCHEDULE_DELAY": "200",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1500", "OTEL_BSP_EXPORT_TIMEOUT": "20s",
        ])
        #expect(settings.delay == .milliseconds(200))
        #expect(settings.target?.timeout == .milliseconds(1500))
        #expect(settings.target?.patience == .seconds(20))
    }

    @Test("each name of a sampler is known, and its argument is a part")
    func samplers() throws {
        func sampler(_ name: String, _ argument: String? = nil) throws -> Sampler {
            try read(
                ["OTEL_TRACES_SAMPLER": name].merging(argument.map { ["OTEL_TRACES_SAMPLER_ARG": $0] } ?? [:]) { $1 }
            )
            .sampler
        }
        #expect(try read([:]).sampler == Sampler(ratio: 1, followsParent: true))
        #expect(try sampler("always_on") == Sampler(ratio: 1, followsParent: false))
        #expect(try sampler("always_off") == Sampler(ratio: 0, followsParent: false))
        #expect(try sampler("traceidratio", "0.25") == Sampler(ratio: 0.25, followsParent: false))
        #expect(try sampler("parentbased_always_off", "0.25") == Sampler(ratio: 0, followsParent: true))
        #expect(try sampler("parentbased_traceidratio", "0.01") == Sampler(ratio: 0.01, followsParent: true))
        for bad in ["1.5", "-1", "half", "nan"] {
            #expect(mistakes(["OTEL_TRACES_SAMPLER_ARG": bad]).count == 1, "\(bad)")
        }
    }

    @Test("the operator's word on what made the spans goes before ours")
    func resource() throws {
        let settings = try read([
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=staging,service.name=theirs,note=a%2Cb",
            "OTEL_SERVICE_NAME": "clips",
        ])
        let resource = settings.resource(service: "gateway", version: "1", instance: "i")
        #expect(resource["service.name"] == "clips")
        #expect(resource["service.namespace"] == "cutroom")
        #expect(resource["deployment.environment.name"] == "staging")
        #expect(resource["note"] == "a,b")
        #expect(try read([:]).resource(service: "gateway", version: "1", instance: "i")["service.name"] == "gateway")
    }

    @Test("a variable of OpenTelemetry's that is no setting is warned about, but not those of metrics and logs")
    func unknown() throws {
        var warnings: [String] = []
        _ = try Read(
            environment: [
                "OTEL_EXPORTER_OTLP_ENDPONT": "x", "OTEL_METRICS_EXPORTER": "none",
                "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "http://x", "OTEL_METRIC_EXPORT_INTERVAL": "1",
            ], warn: { warnings.append($0) })
        #expect(
            warnings == ["OTEL_EXPORTER_OTLP_ENDPONT is not a setting; did you mean OTEL_EXPORTER_OTLP_ENDPOINT?"])
    }
}
