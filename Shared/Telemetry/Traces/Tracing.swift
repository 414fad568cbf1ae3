import Logging
import Text

/// Traces of this process: from its settings to the last span at the end.
public final class Tracing: Sendable {
    /// Off unless an endpoint is set.
    public let tracer: Tracer
    private let running: Running?
    private let log: Log

    private struct Running: Sendable {
        let queue: SpanQueue
        let exporter: SpanExporter
        let worker: Task<Void, Never>
        let ticker: Task<Void, Never>
    }

    public struct Figures: Equatable, Sendable {
        public var exported: UInt64 = 0
        /// Refused by the receiver, or not brought to it in time.
        public var failed: UInt64 = 0
        /// There was no room for them.
        public var dropped: UInt64 = 0
    }

    /// - Parameters:
    ///   - service: `service.name`, unless the settings say another one.
    ///   - instance: tells processes of one service apart; nil: a random one.
    public init(
        _ settings: TracingSettings, service: String, version: String,
        instance: String? = nil, log: Log
    ) {
        self.log = log
        guard let target = settings.target else {
            tracer = .off
            running = nil
            return
        }
        let queue = SpanQueue(limit: settings.queueLimit, batch: settings.batch)
        let exporter = SpanExporter(
            target,
            resource: settings.resource(
                service: service, version: version, instance: instance ?? TraceID.new().description),
            version: version, log: log)
        tracer = Tracer(settings.sampler, into: queue, scope: service)
        let delay = settings.delay
        running = Running(
            queue: queue, exporter: exporter,
            worker: Task {
                for await _ in queue.signals {
                    while !Task.isCancelled {
                        let spans = queue.next()
                        if spans.isEmpty { break }
                        await exporter.export(spans)
                    }
                }
            },
            ticker: Task {
                while (try? await Task.sleep(for: delay)) != nil { queue.look() }
            })
        log.info("Traces are exported", ["to": .string(target.shown)])
    }

    public var figures: Figures {
        guard let running else { return Figures() }
        let counts = running.exporter.counts
        return Figures(exported: counts.exported, failed: counts.failed, dropped: running.queue.dropped)
    }

    /// Requests to the receiver, by what they came to.
    var requests: [ExportResult: UInt64] { running?.exporter.counts.requests ?? [:] }

    /// Exports what waits, at most for `limit`; what is left then is dropped. Spans that end later are dropped too.
    public func close(within limit: Duration) async {
        guard let running else { return }
        running.ticker.cancel()
        running.queue.close()
        let clock = Task {
            if (try? await Task.sleep(for: limit)) != nil { running.worker.cancel() }
        }
        await running.worker.value
        clock.cancel()
        running.queue.dropAll()
        await running.exporter.close()
        let figures = figures
        log.info(
            "Traces are no longer exported",
            [
                "spans": .int(Int(clamping: figures.exported)), "failed": .int(Int(clamping: figures.failed)),
                "dropped": .int(Int(clamping: figures.dropped)),
            ])
    }

    /// Runs `body` and then closes within a second, whether it throws or not.
    public func exporting<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: (Tracer) async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do { result = .success(try await body(tracer)) } catch { result = .failure(error) }
        await close(within: .seconds(1))
        return try result.get()
    }
}
