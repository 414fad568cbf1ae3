import Domain
import Kafka
import Lifecycle
import Logging

extension Service {
    /// Works until it should stop, and then finishes what is under way.
    ///
    /// - Parameters:
    ///   - stopping: returns when the service should stop, or its task is cancelled.
    ///   - limit: for records under way.
    /// - Throws: what kept a Kafka client from starting, or ended it for good; after the drain.
    public func run(
        until stopping: @escaping @Sendable () async -> Void, drainWithin limit: Duration = .zero
    ) async throws {
        var parts = RunningParts()
        var loss: KafkaFault?
        do throws(KafkaFault) {
            parts.hasBegun = try await begin(&parts, stopping)
            if parts.hasBegun {
                log.info(name.runs, (["version": .string(version)] as LogFields).adding(details()))
                loss = await ConsumerLoss.orStop(parts.consumers, stopping: stopping)
            }
        } catch {
            loss = error
        }
        health?.stopping()
        let inFlight = parts.consumers.reduce(0) { $0 + $1.inFlight }
        log.info(name.stops, (["in_flight": .int(inFlight)] as LogFields).adding(details()))
        await drain(parts, within: limit)
        if let loss { throw loss }
    }

    /// Waits for the brokers as long as it takes, and begins one part after another.
    ///
    /// - Returns: false if the service should stop before.
    private func begin(
        _ parts: inout RunningParts, _ stopping: @escaping @Sendable () async -> Void
    ) async throws(KafkaFault) -> Bool {
        guard await watch.begin(essentialNeeds, stopping: stopping) else { return false }
        parts.otherTopics = Task { [otherWatch, needs = otherNeeds] in
            if !needs.isEmpty { _ = await otherWatch.begin(needs, stopping: stopping) }
        }
        for topics in wholeTopics { parts.readers.append(try read(topics)) }
        let (isRead, purgesAreRead) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // The embedded broker serves a folder, out of which people delete by hand.
        if routes.isEmpty || broker.isEmbedded {
            purgesAreRead.finish()
        } else {
            parts.readers.append(
                try read(
                    WholeTopics(
                        topics: [(broker.topics.purged, .beginning)],
                        watch: ReaderWatch { _, _ in purgesAreRead.finish() }, handle: { [purges] in purges.note($0) }))
            )
        }
        await prepare()
        // Nothing is taken before all purges until now are known, however long that takes: it may have been purged.
        guard await Self.ended(isRead, before: stopping) else { return false }
        var live: [GroupConsumer] = []
        for route in routes {
            let consumer = try route.begin(kafka)
            parts.consumers.append(consumer)
            if route.lane == .live { live.append(consumer) }
            for looks in [watch, otherWatch] {
                // librdkafka finds new partitions for a group by itself.
                looks.whenChanged { [weak consumer] in if $1 == .replaced { consumer?.topicWasReplaced($0) } }
            }
            metrics.follow(consumer, as: route.name, of: name)
            health?.follow(route.metrics, consumer, as: route.name)
        }
        health?.follow(producer, live, watch)
        return true
    }

    /// Learns where the topics that are written lie, so that the first record does not wait for it.
    private func prepare() async {
        let written = essentialNeeds.filter { $0.rights.contains(.write) }.map(\.spec.name)
            .filter { $0 != broker.topics.deadLetter }
        do throws(KafkaFault) {
            try await producer.prepare(topics: written, within: .seconds(10))
        } catch {
            log.warning("The broker did not tell about the topics in time", ["detail": .string(error.description)])
        }
    }

    private func read(_ topics: WholeTopics) throws(KafkaFault) -> Task<Void, Never> {
        let open: @Sendable () throws(KafkaFault) -> TopicReader = { [kafka, watch, otherWatch] () throws(KafkaFault) in
            let reader = try TopicReader(kafka, topics: topics.topics, handle: topics.handle)
            for looks in [watch, otherWatch] {
                looks.whenChanged { [weak reader] topic, change in
                    switch change {
                    case .replaced: reader?.topicWasReplaced(topic)
                    case .grown: reader?.topicHasGrown()
                    }
                }
            }
            return reader
        }
        let first = try open()
        let supervisor = ReaderSupervisor(watch: topics.watch, log: log) { () throws(KafkaFault) in try open() }
        return Task { await supervisor.run(first) }
    }

    /// Whether the stream ends before the service should stop.
    private static func ended(
        _ stream: AsyncStream<Void>, before stopping: @escaping @Sendable () async -> Void
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in stream {}
                return !Task.isCancelled
            }
            group.addTask {
                await stopping()
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private func drain(_ parts: RunningParts, within limit: Duration) async {
        for ending in atStop { await step(ending.name) { await ending.body() } }
        if !parts.consumers.isEmpty {
            await step("records under way") {
                await withTaskGroup(of: Void.self) { group in
                    for consumer in parts.consumers { group.addTask { await consumer.drain(within: limit) } }
                }
            }
        }
        for ending in whenDrained { await step(ending.name) { await ending.body() } }
        await step("end reading the topics") {
            for reader in parts.readers { reader.cancel() }
            for reader in parts.readers { await reader.value }
        }
        await step("publish what is left") {
            await producer.close(flushingWithin: parts.hasBegun ? .seconds(2) : .zero)
        }
        await step("end looking at topics") {
            parts.otherTopics?.cancel()
            await parts.otherTopics?.value
            await otherWatch.end()
            await watch.end()
        }
    }

    private func step(_ what: String, _ body: () async -> Void) async {
        await StopSignal.drainStep("\(name.rawValue): \(what)") { await body() }
    }
}
