import HTTPServer
import Logging
import Telemetry
import Text

/// Answers `/livez`, `/readyz`, `/healthz` and `/metrics` from what a `HealthRegistry` knows, on a port that clients of the
/// service need not reach.
public final class OperationsServer: Sendable {
    private let server: HTTPServer

    public var port: UInt16 { server.port }

    public init(_ settings: HealthSettings, vitals: HealthRegistry) throws(HTTPServerFault) {
        // Probes and people: few, small, and none of them may cost the service memory.
        server = try HTTPServer(
            ServerSettings(
                address: settings.address, port: settings.port, threads: 1, maxConnections: 32, maxHeaderBytes: 4096,
                maxBodyBytes: 0, idleTimeout: .seconds(10), requestTimeout: .seconds(10))
        ) { request, _ in .now(Self.answer(request, vitals)) }
    }

    public func stop() async { await server.stop(within: .milliseconds(200)) }

    private static func answer(_ request: HTTPRequest, _ vitals: HealthRegistry) -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            var refusal = ServerSettings.problem(
                status: 405, detail: "health and metrics are only read", request: request.head)
            refusal.headers.append(("Allow", "GET, HEAD"))
            return refusal
        }
        switch request.rawPath {
        case "/livez":
            var alive = JSONWriter(reserving: 32)
            alive.object { $0.field("status", "alive") }
            return json(200, alive.bytes)
        case "/readyz":
            let report = vitals.report
            return json(report.status == .ready ? 200 : 503, report.readiness)
        case "/healthz": return json(200, vitals.report.health)
        case "/metrics": return metrics(request, vitals.metrics)
        default:
            return ServerSettings.problem(
                status: 404, detail: "expected /livez, /readyz, /healthz or /metrics", request: request.head)
        }
    }

    /// In the older format for whoever does not prefer the other one.
    private static func metrics(_ request: HTTPRequest, _ metrics: Metrics) -> HTTPResponse {
        let accepted = AcceptedMedia(request.header("accept") ?? "*/*")
        func quality(_ type: String) -> Int { accepted.quality(of: [type], codec: nil) }
        let format: MetricsText =
            quality("application/openmetrics-text") > quality("text/plain") ? .openMetrics : .prometheus
        return HTTPResponse(
            status: 200,
            headers: [("Content-Type", format.mediaType), ("Cache-Control", "no-store"), ("Vary", "Accept")],
            body: .bytes(format.write(metrics)))
    }

    private static func json(_ status: Int, _ body: [UInt8]) -> HTTPResponse {
        var headers = [(name: "Content-Type", value: "application/json"), (name: "Cache-Control", value: "no-store")]
        if status == 503 { headers.append(("Retry-After", "1")) }
        return HTTPResponse(status: status, headers: headers, body: .bytes(body))
    }
}

extension OperationsServer {
    /// Serves while `body` runs. Where the port is taken, the log says so and it is tried again: health is no reason to
    /// stop work.
    public static func serving<Value: Sendable>(
        _ settings: HealthSettings, vitals: HealthRegistry, log: Log, _ body: () async throws -> Value
    ) async rethrows -> Value {
        let serving = Task { await serve(settings, vitals, log) }
        do {
            let value = try await body()
            serving.cancel()
            await serving.value
            return value
        } catch {
            serving.cancel()
            await serving.value
            throw error
        }
    }

    private static func serve(_ settings: HealthSettings, _ vitals: HealthRegistry, _ log: Log) async {
        guard settings.port != 0 else { return }
        let bound = RateBound(perMinute: 2)
        while !Task.isCancelled {
            do throws(HTTPServerFault) {
                let server = try OperationsServer(settings, vitals: vitals)
                log.info("Health and metrics are answered", ["port": .int(Int(server.port))])
                // Until cancelled.
                while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
                await server.stop()
            } catch {
                log.warning(
                    "Health can't be answered on its port",
                    ["port": .int(Int(settings.port)), "detail": .string(String(describing: error))], bound: bound)
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }
}
