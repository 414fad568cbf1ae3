import Domain
import Episodes
import Flow
import Kafka
import Logging
import Synchronization
import Text
import Traces

/// Adds up from time to time what was played most, and tells it to the gateways.
final class PlaySummary: Sendable {
    /// A list that stays the same is told again after so long: its topic keeps records for a day.
    static let patience: Int64 = 600_000
    /// So many days of clips are read each time at most.
    static let mostDays = 500_000

    private let store: any PlayStore
    private let sink: any RecordSink
    private let codec: EventCodec
    private let topic: String
    private let interval: Duration
    private let clock: @Sendable () -> Int64
    private let log: Log
    private let told = Mutex<[PlayTop.List: PlayTop]>([:])
    private let failures = RateBound(perMinute: 2)

    /// - Parameter clock: milliseconds since 1970.
    init(
        _ store: any PlayStore, _ sink: any RecordSink, _ codec: EventCodec, topic: String, every interval: Duration,
        log: Log, clock: @escaping @Sendable () -> Int64 = { Int64(WallTime.now().milliseconds) }
    ) {
        self.store = store
        self.sink = sink
        self.codec = codec
        self.topic = topic
        self.interval = interval
        self.log = log
        self.clock = clock
    }

    /// Until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: interval)) != nil { await tell() }
    }

    /// Adds up once, and sends what has changed.
    func tell() async {
        do throws(CatalogFault) {
            for list in try await sums().lists where isNews(list) { await send(list) }
        } catch {
            log.warning(
                "What was played most could not be added up", ["detail": .string(error.description)], bound: failures)
        }
    }

    private func sums() async throws(CatalogFault) -> PlaySums {
        let now = clock()
        var sums = PlaySums(now: now)
        var next: String?
        var count = 0
        repeat {
            let page = try await store.page(of: PlaySums.days(.month, now: now), after: next)
            for day in page.days { sums.add(day) }
            next = page.next
            count += page.days.count
        } while next != nil && count < Self.mostDays
        if next != nil {
            log.warning("More was played than is added up", ["days": .int(count)], bound: failures)
        }
        return sums
    }

    private func isNews(_ list: PlayTop) -> Bool {
        guard let last = told.withLock({ $0[list.list] }) else { return true }
        return last.entries != list.entries || list.asOf - last.asOf >= Self.patience
    }

    private func send(_ list: PlayTop) async {
        do throws(KafkaFault) {
            try await sink.deliver(codec.encode(list, to: topic, trace: .new()))
            told.withLock { $0[list.list] = list }
        } catch {
            log.warning(
                "What was played most could not be told", ["detail": .string(error.description)], bound: failures)
        }
    }
}
