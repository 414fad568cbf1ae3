import Bounded
import Domain
import Kafka
import Logging

/// What reads the topics into the table: the Kafka reader in a service, something simpler in a unit test.
protocol TableReader: Sendable {
    /// Why it reads nothing any more; nil as long as it goes on.
    var fault: KafkaFault? { get }
    /// Whether everything that was there at the start was read in time.
    func caughtUp(within limit: Duration) async -> Bool
    func close() async
}

extension TopicReader: TableReader {
    var fault: KafkaFault? { lost ?? (hasEnded ? .closed : nil) }
}

/// Keeps the table's reader going: without it the table is frozen, and nobody who waits hears of a clip.
///
/// A reader that ends is made anew, with longer and longer pauses between; until the new one has read the table the
/// gateway is not ready. What was said meanwhile of clips that are being made is lost with it; those who wait ask once
/// more by themselves.
struct ReaderSupervisor: Sendable {
    let condition: Readiness
    let log: Log
    /// After which the gateway is ready even if the table is not wholly read.
    let warmUpMax: Duration
    /// Clips in the table, for the log.
    let entries: @Sendable () -> Int
    var backoff = Backoff(base: .milliseconds(200), cap: .seconds(30))
    /// Between two looks whether the reader goes on.
    var interval = Duration.milliseconds(500)
    let open: @Sendable () throws(KafkaFault) -> any TableReader

    /// A reader that lived so long has not failed at its start.
    private static let stableAfter = Duration.seconds(60)

    /// Watches over `first` and those that follow it until the task is cancelled; then closes the last.
    func run(_ first: any TableReader) async {
        var reader = first
        var failures = 0
        var began = ContinuousClock.now
        while let fault = await follow(reader) {
            failures = began.duration(to: .now) > Self.stableAfter ? 0 : failures + 1
            condition.readerLost(fault)
            log.error(
                "The reader of the topics has ended and is made anew",
                ["fault": .string(fault.slug), "detail": .string(fault.description)])
            await reader.close()
            guard let next = await reopened(after: &failures) else { return }
            reader = next
            began = .now
        }
        await reader.close()
    }

    /// - Returns: why the reader has ended; nil when the task was cancelled.
    private func follow(_ reader: any TableReader) async -> KafkaFault? {
        let warming = Task { await warmUp(reader) }
        defer { warming.cancel() }
        while true {
            if let fault = reader.fault { return fault }
            guard (try? await Task.sleep(for: interval)) != nil else { return nil }
        }
    }

    private func warmUp(_ reader: any TableReader) async {
        let began = ContinuousClock.now
        let isLoaded = await reader.caughtUp(within: warmUpMax)
        guard !Task.isCancelled, reader.fault == nil else { return }
        let fields: LogFields = ["clips": .int(entries()), "took": .duration(began.duration(to: .now))]
        if isLoaded {
            log.info("The table of ready clips is read", fields)
        } else {
            log.warning("The table of ready clips is not wholly read; serving all the same", fields)
        }
        condition.tableLoaded()
    }

    private func reopened(after failures: inout Int) async -> (any TableReader)? {
        while true {
            guard (try? await Task.sleep(for: backoff.delay(attempt: failures))) != nil else { return nil }
            do throws(KafkaFault) { return try open() } catch {
                failures += 1
                log.error("The reader of the topics can't be made", ["detail": .string(error.description)])
            }
        }
    }
}
