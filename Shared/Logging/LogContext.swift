/// What lines speak of whose log names neither trace nor clip nor request: that of the work during which they are written.
///
/// It goes with the task and its children, so that what is deep inside a service needs no log of its own for each record.
public struct LogContext: Sendable {
    let traceID: String?
    let clipID: String?
    let requestID: String?

    @TaskLocal static var current: LogContext?

    /// Runs `body` without the context of whoever began the calling task: for work that goes on for others.
    public static func none<Value: Sendable>(_ body: @Sendable () async -> Value) async -> Value {
        await $current.withValue(nil) { await body() }
    }
}
