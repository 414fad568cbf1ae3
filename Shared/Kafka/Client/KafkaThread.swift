import Threads

/// Threads for librdkafka's calls that block. Where there is no room for one, that passes like a broker that is away.
enum KafkaThread {
    static func start(named name: String, _ body: @escaping @Sendable () -> Void) throws(KafkaFault) {
        do throws(ThreadFault) { _ = try OwnThread(named: name, body) } catch {
            throw .unavailable(code: error.description)
        }
    }

    static func value<Value: Sendable>(
        named name: String, _ body: @escaping @Sendable () -> Value
    ) async throws(KafkaFault) -> Value {
        do throws(ThreadFault) { return try await OwnThread.value(named: name, body) } catch {
            throw .unavailable(code: error.description)
        }
    }
}
