import Synchronization

/// What a topic reader's callers and its thread tell each other.
final class ReaderControl: Sendable {
    let caughtUp = Latch()
    let end = Latch()
    let doorbell = Doorbell()
    private let closing = Atomic<Bool>(false)

    private let replacedTopics = Mutex<Set<String>>([])
    private let hasGrown = Atomic<Bool>(false)

    /// A topic was deleted and made again.
    func replaced(_ topic: String) {
        replacedTopics.withLock { _ = $0.insert(topic) }
        doorbell.ring()
    }

    func takeReplaced() -> Set<String> {
        replacedTopics.withLock { topics in
            defer { topics = [] }
            return topics
        }
    }

    /// A topic was given more partitions.
    func grown() {
        hasGrown.store(true, ordering: .releasing)
        doorbell.ring()
    }

    func takeGrown() -> Bool { hasGrown.exchange(false, ordering: .acquiring) }

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
