import Settings
import Text

/// Whether, where to and how traces are exported, by OpenTelemetry's own names.
///
/// Source: OpenTelemetry, [Environment Variable Specification](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/)
/// and [OTLP exporter configuration](https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
public struct TracingSettings: Sendable {
    /// Where spans go.
    struct Target: Sendable {
        let url: String
        /// Sent with every export; any of them may be a secret.
        let headers: [(name: String, value: Secret)]
        /// For one request.
        let timeout: Duration
        /// For one batch, with all its tries.
        let patience: Duration
        let caFile: String?

        /// For the log.
        var shown: String { url }
    }

    /// Nil: traces are off.
    let target: Target?
    let sampler: Sampler
    /// Spans that wait.
    let queueLimit: Int
    /// Spans that go together.
    let batch: Int
    /// The longest that a span waits for others.
    let delay: Duration
    private let serviceName: String?
    private let attributes: [(name: String, value: String)]

    enum Exporter: String, CaseIterable { case otlp, none }

    enum SamplerName: String, CaseIterable {
        case alwaysOn = "always_on"
        case alwaysOff = "always_off"
        case ratio = "traceidratio"
        case parentAlwaysOn = "parentbased_always_on"
        case parentAlwaysOff = "parentbased_always_off"
        case parentRatio = "parentbased_traceidratio"

        func sampler(ratio: Double) -> Sampler {
            switch self {
            case .alwaysOn: Sampler(ratio: 1, followsParent: false)
            case .alwaysOff: Sampler(ratio: 0, followsParent: false)
            case .ratio: Sampler(ratio: ratio, followsParent: false)
            case .parentAlwaysOn: Sampler(ratio: 1, followsParent: true)
            case .parentAlwaysOff: Sampler(ratio: 0, followsParent: true)
            case .parentRatio: Sampler(ratio: ratio, followsParent: true)
            }
        }
    }

    public init(from read: inout SettingsReader) {
        let isDisabled = read.bool("OTEL_SDK_DISABLED", default: false, "no traces are made, whatever else is set")
        let exporter = read.choice("OTEL_TRACES_EXPORTER", default: Exporter.otlp, "none: no traces are made")
        let base = read.optionalEndpoint(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "receiver of traces by OTLP/HTTP, /v1/traces is put behind it; without an endpoint no traces are made")
        let own = read.optionalEndpoint(
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "the same as the whole URL, instead of OTEL_EXPORTER_OTLP_ENDPOINT")
        let protocols = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"].map {
            (
                name: $0,
                value: read.optionalString($0, "how the receiver is spoken to: http/json, the only one there is")
            )
        }
        let headers = read.optionalSecret(
            "OTEL_EXPORTER_OTLP_HEADERS", "sent with every export: name=value pairs between commas, percent-encoded")
        let timeout = read.milliseconds(
            "OTEL_EXPORTER_OTLP_TIMEOUT", default: .seconds(10), in: .milliseconds(10)...(.seconds(600)),
            "for one export")
        let caFile = read.optionalString(
            "OTEL_EXPORTER_OTLP_CERTIFICATE", "PEM file of the authorities that the receiver's certificate may be of")
        serviceName = read.optionalString(
            "OTEL_SERVICE_NAME", "service.name of the spans, instead of the program's name")
        let attributes = read.optionalString(
            "OTEL_RESOURCE_ATTRIBUTES", "further attributes of the process: name=value pairs between commas")
        let name = read.choice(
            "OTEL_TRACES_SAMPLER", default: SamplerName.parentAlwaysOn,
            "which requests are traced; parentbased: if the client's are")
        let argument = read.optionalString(
            "OTEL_TRACES_SAMPLER_ARG", "of a ratio: which part of the requests, from 0 to 1; without it all")
        queueLimit = read.int(
            "OTEL_BSP_MAX_QUEUE_SIZE", default: 2048, in: 1...1_000_000, "spans that wait; more are dropped")
        batch = read.int(
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", default: 512, in: 1...100_000, "spans that are exported together")
        delay = read.milliseconds(
            "OTEL_BSP_SCHEDULE_DELAY", default: .seconds(5), in: .milliseconds(1)...(.seconds(600)),
            "the longest that a span waits for others")
        let patience = read.milliseconds(
            "OTEL_BSP_EXPORT_TIMEOUT", default: .seconds(30), in: .milliseconds(10)...(.seconds(600)),
            "for a batch with all its tries; then it is dropped")

        let ratio = argument.map { Double($0) } ?? 1
        if ratio.map({ !(0...1).contains($0) }) ?? true {
            read.mistake("OTEL_TRACES_SAMPLER_ARG: must be a number from 0 to 1")
        }
        sampler = name.sampler(ratio: ratio ?? 1)
        self.attributes = Self.pairs(attributes, of: "OTEL_RESOURCE_ATTRIBUTES", &read)
        let pairs = Self.pairs(headers?.reveal(), of: "OTEL_EXPORTER_OTLP_HEADERS", &read)
        if pairs.contains(where: { !ByteSet.token.holds($0.name) || $0.value.utf8.contains { $0 < 0x20 || $0 == 0x7F } }
        ) {
            read.mistake("OTEL_EXPORTER_OTLP_HEADERS: must hold names and values that HTTP takes as header fields")
        }
        let url = own.map { $0.path.isEmpty ? "\($0)/" : "\($0)" } ?? base.map { "\($0)/v1/traces" }
        guard let url, !isDisabled, exporter == .otlp else {
            target = nil
            return
        }
        if let spoken = protocols.first(where: { $0.value != nil }), spoken.value != "http/json" {
            read.mistake("\(spoken.name): must be http/json, for no other protocol is spoken")
        }
        target = Target(
            url: url, headers: pairs.map { ($0.name, Secret($0.value)) }, timeout: timeout, patience: patience,
            caFile: caFile)
    }

    /// What made the spans. The operator's word goes before ours.
    ///
    /// Source: OpenTelemetry, [Resource semantic conventions](https://opentelemetry.io/docs/specs/semconv/resource/).
    func resource(service: String, version: String, instance: String) -> SpanAttributes {
        var resource: SpanAttributes = [
            "service.name": .string(service), "service.namespace": "cutroom", "service.version": .string(version),
            "service.instance.id": .string(instance), "telemetry.sdk.name": "cutroom",
            "telemetry.sdk.language": "swift",
            "telemetry.sdk.version": .string(version),
        ]
        for (name, value) in attributes {
            _ = resource.merge(SpanAttributes(dictionaryLiteral: (name, .string(value))))
        }
        if let serviceName { _ = resource.merge(["service.name": .string(serviceName)]) }
        return resource
    }

    /// `name=value` between commas, values percent-encoded (W3C Baggage, 3.3.1, without properties).
    private static func pairs(
        _ text: String?, of setting: String, _ read: inout SettingsReader
    ) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for part in (text ?? "").split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(halves[0].trimmingBlanks)
            guard halves.count == 2, !name.isEmpty, let value = Percent.decode(halves[1].trimmingBlanks) else {
                // The text itself may be a secret.
                read.mistake("\(setting): must be name=value pairs between commas, values percent-encoded")
                return []
            }
            pairs.append((name, value))
        }
        return pairs
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return rest
    }
}
