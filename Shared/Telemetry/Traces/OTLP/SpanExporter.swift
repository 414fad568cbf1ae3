import Bounded
import HTTPClient
import Logging
import Synchronization
import Text

/// Sends spans to a receiver by OTLP/HTTP in JSON, batch by batch.
///
/// Source: [OTLP/HTTP](https://opentelemetry.io/docs/specs/otlp/#otlphttp).
final class SpanExporter: Sendable {
    struct Counts: Equatable {
        /// Spans that the receiver has.
        var exported: UInt64 = 0
        /// Spans that it refused, or that could not be brought to it.
        var failed: UInt64 = 0
        /// Requests to it, by what they came to.
        var requests: [ExportResult: UInt64] = [:]
    }

    private let target: TracingSettings.Target
    private let http: HTTPClient
    private let resource: SpanAttributes
    private let version: String
    private let log: Log
    private let counted = Mutex(Counts())
    private let failures = RateBound(perMinute: 6)
    /// Where the receiver names no time of its own.
    private static let backoff = Backoff(base: .seconds(1), cap: .seconds(10))

    init(_ target: TracingSettings.Target, resource: SpanAttributes, version: String, log: Log) {
        self.target = target
        self.resource = resource
        self.version = version
        self.log = log
        http = HTTPClient(
            HTTPClientSettings(
                maxConnections: 1, maxConnectionsPerHost: 1, maxWaiting: 1,
                timeouts: HTTPTimeouts(
                    queue: target.timeout, connect: min(.seconds(3), target.timeout), stall: target.timeout,
                    whole: target.timeout), caFile: target.caFile, userAgent: "cutroom/\(version)"))
    }

    var counts: Counts { counted.withLock { $0 } }

    /// Sends one batch, again where that may help, until it is taken, refused, or `target.patience` is over.
    func export(_ spans: [SpanData]) async {
        let body = ExportRequest.json(spans, resource: resource, version: version)
        let end = ContinuousClock.now + target.patience
        var tries = 0
        while true {
            let (pause, why): (Duration?, String)
            do throws(HTTPClientFault) {
                let response = try await http.send(request(body), bodyLimitBytes: ExportAnswer.mostBytes)
                let answer = ExportAnswer(
                    status: response.status, headers: response.headers, body: response.body, now: .now())
                note(ExportResult(answer))
                switch answer {
                case .taken(let rejected, let message): return taken(spans.count, rejected, message)
                case .refused(let status): return failed(spans.count, "the receiver answered \(status)")
                case .later(let after): (pause, why) = (after, "the receiver answered \(response.status)")
                }
            } catch {
                note(.unanswered)
                (pause, why) = (nil, "\(error)")
            }
            let wait = pause ?? Self.backoff.delay(attempt: tries)
            tries += 1
            guard ContinuousClock.now + wait < end, (try? await Task.sleep(for: wait)) != nil else {
                return failed(spans.count, why)
            }
        }
    }

    func close() async { await http.close() }

    private func request(_ body: [UInt8]) -> HTTPClientRequest {
        HTTPClientRequest(
            .post, target.url,
            headers: [("Content-Type", "application/json")] + target.headers.map { ($0.name, $0.value.reveal()) },
            body: body)
    }

    private func note(_ result: ExportResult) { counted.withLock { $0.requests[result, default: 0] += 1 } }

    private func taken(_ count: Int, _ rejected: Int, _ message: String) {
        let rejected = min(max(0, rejected), count)
        counted.withLock { counts in
            counts.exported += UInt64(count - rejected)
            counts.failed += UInt64(rejected)
        }
        guard rejected > 0 || !message.isEmpty else { return }
        log.warning(
            "The receiver of traces did not take everything",
            ["spans": .int(rejected), "receiver_says": .string(message.cutForSpan)], bound: failures)
    }

    private func failed(_ count: Int, _ why: String) {
        counted.withLock { $0.failed += UInt64(count) }
        log.warning(
            "Spans could not be exported and are dropped", ["spans": .int(count), "detail": .string(why)],
            bound: failures)
    }
}
