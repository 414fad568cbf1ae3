import Domain
import Flow
import Kafka
import Logging
import Synchronization
import Telemetry
import Text
import Traces

/// Tells from time to time how often clips were handed out here. What the brokers did not take is told again under its old number,
/// so that it counts once even if they had taken it.
final class ServedTelling: Sendable {
    /// Events that wait to be told again; of more the oldest are lost.
    static let mostWaiting = 64

    private struct State {
        var sequence: UInt64 = 0
        var waiting: [ClipServed] = []
        var isTelling = false
    }

    private let name: String
    private let topic: String
    private let sink: any RecordSink
    private let codec: EventCodec
    private let clipState: ClipState
    private let interval: Duration
    private let records: Counter<ServedOutcome>
    private let log: Log
    private let state = Mutex(State())
    private let failures = RateBound(perMinute: 6)

    /// - Parameter name: this gateway among the others.
    init(
        _ clipState: ClipState, named name: String, to topic: String, _ sink: any RecordSink, _ codec: EventCodec,
        every interval: Duration, records: Counter<ServedOutcome>, log: Log
    ) {
        self.clipState = clipState
        self.name = name
        self.topic = topic
        self.sink = sink
        self.codec = codec
        self.interval = interval
        self.records = records
        self.log = log
    }

    /// Until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: interval)) != nil { await tell() }
    }

    /// Tells what was counted and not told yet, unless somebody does so just now.
    func tell() async {
        let events: [ClipServed]? = state.withLock { state in
            guard !state.isTelling else { return nil }
            state.isTelling = true
            let now = Int64(WallTime.now().milliseconds)
            let new = ClipServed.pieces(
                gateway: name, from: state.sequence, at: now, clips: clipState.takeServed())
            state.sequence += UInt64(new.count)
            defer { state.waiting = [] }
            return state.waiting + new
        }
        guard let events else { return }
        var left: [ClipServed] = []
        for event in events {
            if left.isEmpty, await send(event) { continue }
            left.append(event)
        }
        let lost = max(0, left.count - Self.mostWaiting)
        for _ in 0..<lost { records.add(.lost) }
        state.withLock { [left] state in
            state.waiting = Array(left.dropFirst(lost))
            state.isTelling = false
        }
    }

    private func send(_ event: ClipServed) async -> Bool {
        do throws(KafkaFault) {
            try await sink.deliver(codec.encode(event, to: topic, trace: .new()))
            records.add(.told)
            return true
        } catch {
            log.warning(
                "How often clips were handed out could not be told, and is told later",
                ["detail": .string(error.description)], bound: failures)
            return false
        }
    }
}

/// What became of an event about clips that were handed out.
enum ServedOutcome: Int, MetricLabel {
    /// The brokers have it.
    case told
    /// They did not take it for so long that there was no room for it any more.
    case lost

    static let label = "outcome"
}
