import Domain
import Flow
import Kafka
import Logging
import Synchronization
import Telemetry
import Traces

/// Publishes `clip.played`. No request waits for it: what does not fit is dropped and counted.
final class PlayPublisher: Sendable {
    private let sink: any RecordSink
    private let codec: EventCodec
    private let topic: String
    private let limit: Int
    private let plays: Counter<PlayOutcome>
    private let log: Log
    private let underWay = Atomic<Int>(0)
    private let failures = RateBound(perMinute: 6)

    /// - Parameter limit: plays that the brokers have not acknowledged.
    init(
        _ sink: any RecordSink, _ codec: EventCodec, to topic: String, limit: Int, plays: Counter<PlayOutcome>, log: Log
    ) {
        self.sink = sink
        self.codec = codec
        self.topic = topic
        self.limit = limit
        self.plays = plays
        self.log = log
    }

    /// - Parameter isKnown: whether there is such a clip here: others are nobody's to play, and each would be a document.
    func take(_ play: ClipPlayed, isBot: Bool, isKnown: () -> Bool) {
        if isBot { return plays.add(.bot) }
        guard isKnown() else { return plays.add(.unknownClip) }
        guard underWay.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            underWay.wrappingSubtract(1, ordering: .relaxed)
            return plays.add(.dropped)
        }
        Task {
            await send(play)
            underWay.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    private func send(_ play: ClipPlayed) async {
        do throws(KafkaFault) {
            try await sink.deliver(codec.encode(play, to: topic, trace: .new()))
            plays.add(.told)
        } catch {
            plays.add(.lost)
            log.warning("A play could not be told", ["detail": .string(error.description)], bound: failures)
        }
    }
}

/// What became of a play that a player has told.
enum PlayOutcome: Int, MetricLabel {
    /// The brokers have it.
    case told
    /// They have not.
    case lost
    /// There were too many at once.
    case dropped
    /// Nobody listened.
    case bot
    /// The clip is not known here.
    case unknownClip

    static let label = "outcome"
}
