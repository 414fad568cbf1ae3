import Bounded
import Kafka
import Logging

/// What reads whole topics: the Kafka reader in a service, something simpler in a unit test.
protocol WholeTopicReader: Sendable {
    /// Why it reads nothing any more; nil as long as it goes on.
    var fault: KafkaFault? { get }
    /// Returns true once everything that was there at the start was read, false if the task is cancelled before.
    func caughtUp() async -> Bool
    /// Whether everything that was there at the start was read in time.
    func caughtUp(within limit: Duration) async -> Bool
    func close() async
}

extension TopicReader: WholeTopicReader {
    var fault: KafkaFault? { lost ?? (hasEnded ? .closed : nil) }
}

/// Keeps a reader of whole topics going: without it a table is frozen, nobody who waits hears of a clip, and no purge is
/// known.
///
/// A reader that ends is made anew, with longer and longer pauses between. What was said meanwhile in topics that are read
/// from their end is lost with it.
struct ReaderSupervisor: Sendable {
    let watch: ReaderWatch
    let log: Log
    var backoff = Backoff(base: .milliseconds(200), cap: .seconds(30))
    /// Between two looks whether the reader goes on.
    var interval = Duration.milliseconds(500)
    let open: @Sendable () throws(KafkaFault) -> any WholeTopicReader

    /// A reader that lived so long has not failed at its start.
    private static let stableAfter = Duration.seconds(60)

    /// Watches over `first` and those that follow it until the task is cancelled; then closes the last.
    func run(_ first: any WholeTopicReader) async {
        var reader = first
        var failures = 0
        var began = ContinuousClock.now
        while let fault = await follow(reader) {
            failures = began.duration(to: .now) > Self.stableAfter ? 0 : failures + 1
            watch.onLoss(fault)
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
    private func follow(_ reader: any WholeTopicReader) async -> KafkaFault? {
        let catchingUp = Task { await catchUp(reader) }
        defer { catchingUp.cancel() }
        while true {
            if let fault = reader.fault { return fault }
            guard (try? await Task.sleep(for: interval)) != nil else { return nil }
        }
    }

    private func catchUp(_ reader: any WholeTopicReader) async {
        let began = ContinuousClock.now
        let isWhole: Bool
        if let patience = watch.patience {
            isWhole = await reader.caughtUp(within: patience)
        } else {
            isWhole = await reader.caughtUp()
        }
        guard !Task.isCancelled, reader.fault == nil else { return }
        watch.onRead(isWhole, began.duration(to: .now))
    }

    private func reopened(after failures: inout Int) async -> (any WholeTopicReader)? {
        while true {
            guard (try? await Task.sleep(for: backoff.delay(attempt: failures))) != nil else { return nil }
            do throws(KafkaFault) { return try open() } catch {
                failures += 1
                log.error("The reader of the topics can't be made", ["detail": .string(error.description)])
            }
        }
    }
}
