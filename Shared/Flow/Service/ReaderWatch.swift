import Kafka

/// Who is told how the reading of whole topics goes on.
public struct ReaderWatch: Sendable {
    /// After which `onRead` is called even if not all was read; nil: as long as it takes.
    let patience: Duration?
    let onLoss: @Sendable (KafkaFault) -> Void
    let onRead: @Sendable (_ isWhole: Bool, _ took: Duration) -> Void

    /// - Parameters:
    ///   - patience: see above.
    ///   - onLoss: the reader has ended, and another is being made.
    ///   - onRead: all that was there at the reader's start has been read, or `patience` is over. Called once for each reader.
    public init(
        patience: Duration? = nil, onLoss: @escaping @Sendable (KafkaFault) -> Void = { _ in },
        onRead: @escaping @Sendable (_ isWhole: Bool, _ took: Duration) -> Void
    ) {
        self.patience = patience
        self.onLoss = onLoss
        self.onRead = onRead
    }
}
