import Domain
import Flow
import Kafka
import Logging
import Wiring

/// Puts the records of dead letters back where they came from.
public struct DeadLetterReplay: Sendable {
    /// Why a letter can't be put back.
    public enum Refusal: Error, Equatable, Sendable {
        /// A part of the record did not fit into its letter.
        case incomplete
        /// It names a topic that no service of ours reads.
        case foreignTopic(String)
        case alreadyReplayed
        case broker(KafkaFault)

        public var sentence: String {
            switch self {
            case .incomplete: "is not whole: a part of the record did not fit into the dead letter"
            case .foreignTopic(let topic): "comes from \(topic), which is no topic of this deployment"
            case .alreadyReplayed: "was put back before; --again does it once more"
            case .broker(let fault): "was not put back: \(fault)"
            }
        }
    }

    private let producer: KafkaProducer
    private let topics: Topics

    public init(_ broker: BrokerSettings, log: Log) throws(KafkaFault) {
        producer = try KafkaProducer(broker.client(of: "dead-letters", log: log), messageTimeout: .seconds(15))
        topics = broker.topics
    }

    /// Why the letter can't be put back, without trying it; nil if it can.
    public func refusal(of letter: StoredDeadLetter, again: Bool) -> Refusal? {
        guard letter.story.leftOut.isEmpty else { return .incomplete }
        guard topics.readByGroups.contains(letter.story.topic) else {
            return .foreignTopic(letter.story.topic)
        }
        return letter.isReplayed && !again ? .alreadyReplayed : nil
    }

    /// Returns once the broker has the record, and a receipt that keeps the same letter from being put back unawares.
    ///
    /// Ended between the two it may be put back twice, which does no harm: all work can be repeated.
    public func replay(_ letter: StoredDeadLetter, again: Bool = false) async throws(Refusal) {
        if let refusal = refusal(of: letter, again: again) { throw refusal }
        do throws(KafkaFault) {
            try await producer.deliver(DeadLetterStory.original(of: letter.record, to: letter.story.topic))
            try await producer.deliver(DeadLetterStory.receipt(for: letter.record))
        } catch {
            throw .broker(error)
        }
    }

    public func close() async { await producer.close(flushingWithin: .seconds(2)) }
}
