import Domain
import Flow
import Kafka
import Logging
import Synchronization
import Telemetry

/// Tells other gateways what clients have used here, and counts what others tell, so that a limit holds over all of them
/// together.
///
/// It never holds a request up: each is counted here at once and by the others about an interval later. While the brokers are
/// away every gateway goes on by its own count, and what was used meanwhile is told to nobody afterwards: told at once, the
/// use of minutes would look like one burst and refuse clients that were within their limits all the time.
final class UsageExchange: Sendable {
    /// What is told, and taken in.
    struct Link: Sendable {
        /// This gateway among the others.
        let name: String
        let topic: String
        let sink: any RecordSink
        let codec: EventCodec
    }

    /// The limits by which what others tell is counted.
    struct Limits: Sendable {
        let address: ClientLimits
        /// Of the key with a name; nil if there is none here.
        let key: @Sendable (String) -> ClientLimits?
    }

    /// What was used longer ago is not counted any more: most of it has come back.
    static let oldest = Duration.seconds(30)
    /// What has waited longer to be told is told to nobody.
    private static let patience = Duration.seconds(5)
    /// Addresses that are told of at once.
    private static let mostAddresses = 1000

    private let link: Link
    private let interval: Duration
    private let rates: RateLimits
    private let ledger: UsageLedger
    private let limits: Limits
    private let records: Counter<UsageOutcome>
    private let log: Log
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let failures = RateBound(perMinute: 6)
    private let skips = RateBound(perMinute: 6)
    /// Since when something is being told.
    private let telling = Mutex<ContinuousClock.Instant?>(nil)

    /// - Parameters:
    ///   - interval: between two times that others are told.
    ///   - ledger: that of `rates`.
    init(
        _ link: Link, every interval: Duration, _ rates: RateLimits, _ ledger: UsageLedger, limits: Limits,
        records: Counter<UsageOutcome>, log: Log, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.link = link
        self.interval = interval
        self.rates = rates
        self.ledger = ledger
        self.limits = limits
        self.records = records
        self.log = log
        self.clock = clock
    }

    /// Tells at each interval what was used, until the task is cancelled.
    func run() async {
        while (try? await Task.sleep(for: interval)) != nil { tell() }
    }

    /// Begins to tell what was used and not told yet, unless the last time is not over.
    ///
    /// - Returns: what ends when the brokers have it; nil if there is nothing to tell.
    @discardableResult
    func tell() -> Task<Void, Never>? {
        guard mayTell() else { return nil }
        let events = ledger.take(mostAddresses: Self.mostAddresses, of: link.name)
        guard !events.isEmpty else {
            telling.withLock { $0 = nil }
            return nil
        }
        return Task {
            for event in events { await send(event) }
            telling.withLock { $0 = nil }
        }
    }

    private func mayTell() -> Bool {
        let now = clock()
        let since = telling.withLock { since in
            defer { since = since ?? now }
            return since
        }
        guard let since else { return true }
        if now - since > Self.patience { ledger.forget() }
        return false
    }

    private func send(_ event: GatewayUsage) async {
        do throws(KafkaFault) {
            try await link.sink.deliver(link.codec.encode(event, to: link.topic, trace: .new()))
            records.add(.told)
        } catch {
            records.add(.lost)
            log.warning(
                "Other gateways could not be told what clients have used here: each counts for itself meanwhile",
                ["detail": .string(error.description)], bound: failures)
        }
    }

    /// Says from when on others are counted: a gateway that starts reads from the topic's end.
    var watch: ReaderWatch {
        ReaderWatch { [log] _, _ in log.info("What clients use at other gateways is counted from now on") }
    }

    /// Counts what another gateway tells. Called on the reader's thread.
    func take(_ record: Record) {
        do throws(EventFault) {
            let event = try link.codec.decode(record, as: GatewayUsage.self)
            guard event.gateway != link.name else { return }
            if let age = record.age, age > Self.oldest { return skip(record, "too-old", "it is older than 30 s") }
            for (name, used) in event.keys {
                if let limits = limits.key(name) { rates.owe(used, by: .key(name), limits: limits) }
            }
            for (hash, used) in event.addresses { rates.owe(used, by: .address(hash), limits: limits.address) }
            records.add(.taken)
        } catch {
            skip(record, error.slug, error.detail)
        }
    }

    private func skip(_ record: Record, _ reason: String, _ detail: String) {
        records.add(.skipped)
        log.warning(
            "A record of what clients have used at another gateway was skipped",
            [
                "reason": .string(reason), "detail": .string(detail), "topic": .string(record.topic),
                "partition": .int(Int(record.partition)), "offset": .int(Int(record.offset)),
            ], bound: skips)
    }
}

/// What became of a record about usage.
enum UsageOutcome: Int, MetricLabel {
    /// The brokers have it.
    case told
    /// They have not.
    case lost
    /// It was another gateway's, and counted.
    case taken
    /// It can't be read, or is too old.
    case skipped

    static let label = "outcome"
}
