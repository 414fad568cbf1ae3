import Synchronization

/// The last that librdkafka has told of a client: decoded when somebody asks, since few ask, and then once, since a scrape asks
/// several times.
final class ToldStatistics: Sendable {
    private struct State {
        /// Not decoded yet.
        var head: [UInt8]?
        var decoded: ClientStatistics?
    }

    private let state = Mutex(State())
    private let decode: @Sendable ([UInt8]) -> ClientStatistics?

    init(decode: @escaping @Sendable ([UInt8]) -> ClientStatistics? = { ClientStatistics(head: $0) }) {
        self.decode = decode
    }

    /// - Parameter head: what comes before the topics.
    func note(_ head: [UInt8]) { state.withLock { $0.head = head } }

    /// Nil until something was told, and where it can't be understood. Who asks meanwhile waits for the one who decodes: some
    /// 0.1 ms.
    var read: ClientStatistics? {
        state.withLock { state in
            if let head = state.head {
                state.head = nil
                state.decoded = decode(head)
            }
            return state.decoded
        }
    }
}
