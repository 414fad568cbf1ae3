import Synchronization

/// What a topic reader's callers and its thread tell each other.
final class ReaderDesk: Sendable {
    let caughtUp = Latch()
    let end = Latch()
    let doorbell = Doorbell()
    private let closing = Atomic<Bool>(false)

    var isClosing: Bool { closing.load(ordering: .relaxed) }

    func close() {
        closing.store(true, ordering: .relaxed)
        doorbell.ring()
    }
}

/// A topic to be read, and where its first partitions begin.
struct ReaderTopic {
    let name: String
    let start: TopicReader.Start
}
