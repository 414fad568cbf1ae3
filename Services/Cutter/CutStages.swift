import Domain
import Telemetry
import Traces

extension Histogram<CutterStage> {
    /// Runs a stage of the way to a clip: times it, and records it as a part of the work on its record.
    func stage<Value: Sendable>(
        _ stage: CutterStage, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(ClipFault) -> Value
    ) async throws(ClipFault) -> Value {
        try await self.stage(stage, slug: { $0.reason.rawValue }, isolation: isolation, body)
    }

    /// The same for other faults.
    ///
    /// - Parameter slug: a fault's short name.
    func stage<Value: Sendable, Failure: Error>(
        _ stage: CutterStage, slug: (Failure) -> String, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let stopwatch = Stopwatch()
        defer { observe(stopwatch, stage, traceID: Span.currentTraceID) }
        return try await Span.part(stage.word, slug: slug, isolation: isolation, body)
    }
}
