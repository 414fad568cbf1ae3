extension Span {
    /// The span of the work during which the calling code runs; nil if nobody records it.
    ///
    /// It goes with the task and its children, like the log's context: stores, databases and caches lie behind ports that know
    /// nothing of traces (docs/decisions/0020).
    @TaskLocal public static var current: Span?

    /// The trace that the calling code's work is recorded in, as examples of metrics name it: 32 hex digits; nil if nobody
    /// records it.
    public static var currentTraceID: String? { current?.context.traceID.description }

    /// Runs `body` as the current work, without ending the span.
    public func during<Value: Sendable, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await Self.$current.withValue(self) {
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Runs `body` as a part of the current work, if that is recorded.
    ///
    /// - Parameters:
    ///   - attributes: made only if it is.
    ///   - slug: the short name of a fault, for `error.type`.
    ///   - detail: of a fault, for people; without secrets.
    public static func part<Value: Sendable, Failure: Error>(
        _ name: String, _ kind: SpanKind = .internal, _ attributes: @autoclosure () -> SpanAttributes = [:],
        slug: (Failure) -> String, detail: (Failure) -> String = { _ in "" },
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard let span = current?.child(name, kind, attributes()) else { return try await body() }
        defer { span.end() }
        do throws(Failure) { return try await span.during(body) } catch {
            span.fail(slug(error), detail(error))
            throw error
        }
    }

    /// The same for what can't fail, or tells of its failure by its value.
    public static func part<Value: Sendable>(
        _ name: String, _ kind: SpanKind = .internal, _ attributes: @autoclosure () -> SpanAttributes = [:],
        isolation: isolated (any Actor)? = #isolation, _ body: () async -> Value
    ) async -> Value {
        guard let span = current?.child(name, kind, attributes()) else { return await body() }
        defer { span.end() }
        return await span.during(body)
    }

    /// Runs `body` outside of whatever work the calling task does: for what goes on for others.
    public static func none<Value: Sendable>(_ body: @Sendable () async -> Value) async -> Value {
        await $current.withValue(nil) { await body() }
    }
}
