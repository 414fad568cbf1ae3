import Kafka

/// Until a service should stop, or one of its consumers can't go on.
enum ConsumerLoss {
    /// - Returns: what ended a consumer; nil if the service was asked to stop.
    static func orStop(
        _ consumers: [GroupConsumer], stopping: @escaping @Sendable () async -> Void
    ) async -> KafkaFault? {
        await withTaskGroup(of: KafkaFault?.self) { group in
            group.addTask {
                await stopping()
                return nil
            }
            group.addTask {
                while !Task.isCancelled {
                    if let fault = consumers.lazy.compactMap(\.lost).first { return fault }
                    guard (try? await Task.sleep(for: .seconds(1))) != nil else { break }
                }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
