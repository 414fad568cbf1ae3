import Synchronization
import TestStack
import Testing

@testable import Kafka

@Suite("Group consumer on the mock broker", .timeLimit(.minutes(1)))
struct GroupConsumerTests {
    /// Sends values 0..<count to one partition of `topic`.
    private func fill(_ mock: MockCluster, _ topic: String, _ range: Range<Int>) async throws {
        let producer = try KafkaProducer(Bench.settings(mock, "filler"))
        try await producer.prepare(topics: [topic], within: .seconds(10))
        for number in range {
            try await producer.send(OutgoingRecord(topic: topic, key: [0], value: Bench.bytes("\(number)")))
        }
        await producer.close(flushingWithin: .seconds(5))
    }

    private func number(_ record: Record) -> Int {
        record.value.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? -1
    }

    @Test("only what lies below the lowest unfinished record is committed: the next of the group begins there")
    func storesBelowUnfinished() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        try await fill(mock, "t", 0..<10)
        let gate = Gate()
        let first = Seen<Int>()
        let consumer = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            let number = number(record)
            if number == 4 || number == 7 {
                first.add(number)
                await gate.wait()
                return Task.isCancelled ? .abandoned : .settled
            }
            first.add(number)
            return .settled
        }
        await first.wait(for: 10)
        try await eventually("at most two records in flight") { consumer.inFlight <= 2 }
        await consumer.drain(within: .milliseconds(50))
        gate.open()

        let second = Seen<Int>()
        let next = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            second.add(number(record))
            return .settled
        }
        await second.wait(for: 6)
        #expect(second.all.sorted() == [4, 5, 6, 7, 8, 9])
        await next.drain(within: .seconds(5))
        #expect(second.all.count == 6)
    }

    @Test("drain finishes what is under way, takes nothing more, and commits it")
    func drains() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        try await fill(mock, "t", 0..<20)
        let gate = Gate()
        let begun = Seen<Int>()
        let ended = Seen<Int>()
        let consumer = try GroupConsumer(
            Bench.settings(mock), group: "g", topics: ["t"], limits: ConsumerLimits(maxInFlight: 4)
        ) { record in
            begun.add(number(record))
            await gate.wait()
            ended.add(number(record))
            return .settled
        }
        await begun.wait(for: 4)
        let drain = Task { await consumer.drain(within: .seconds(20)) }
        gate.open()
        await drain.value
        let taken = begun.all.count
        #expect(ended.all.count == taken)
        try await eventually("no record in flight") { consumer.inFlight <= 0 }

        let second = Seen<Int>()
        let next = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            second.add(number(record))
            return .settled
        }
        if taken < 20 { await second.wait(for: 20 - taken) }
        await next.drain(within: .seconds(5))
        let came = second.all.sorted()
        #expect(came == Array(taken..<20))
    }

    @Test("what was done is committed before the group is left, also while its coordinator is being loaded")
    func commitsAtLast() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        try await fill(mock, "t", 0..<4)
        let gate = Gate()
        let begun = Seen<Int>()
        let consumer = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            begun.add(number(record))
            await gate.wait()
            return .settled
        }
        await begun.wait(for: 4)
        // librdkafka itself gives a commit up after three.
        mock.refuse(.offsetCommit, with: Array(repeating: .coordinatorLoadInProgress, count: 9))
        let drain = Task { await consumer.drain(within: .seconds(20)) }
        gate.open()
        await drain.value

        try await fill(mock, "t", 4..<5)
        let second = Seen<Int>()
        let next = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            second.add(number(record))
            return .settled
        }
        await second.wait(for: 1)
        await next.drain(within: .seconds(5))
        #expect(second.all == [4])
    }

    @Test("a partition stops at its bound and goes on when its lowest record is settled")
    func stopsAtBound() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        try await fill(mock, "t", 0..<200)
        let gate = Gate()
        let seen = Seen<Int>()
        let consumer = try GroupConsumer(
            Bench.settings(mock), group: "g", topics: ["t"], limits: ConsumerLimits(maxInFlight: 1000)
        ) { record in
            seen.add(number(record))
            if number(record) == 0 { await gate.wait() }
            return .settled
        }
        await seen.wait(for: 64)
        try await eventually("a full partition, of which one record is in flight") {
            consumer.partitions.first?.isFull == true && consumer.inFlight <= 1
        }
        #expect(seen.all.count == 64)
        gate.open()
        await seen.wait(for: 200)
        #expect(Set(seen.all) == Set(0..<200))
        await consumer.drain(within: .seconds(5))
        #expect(seen.all.count == 200)
    }

    @Test("no more than maxInFlight are worked on at once, over all partitions, and none starves")
    func stopsWhenFull() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 4)
        let producer = try KafkaProducer(Bench.settings(mock, "filler"))
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        for number in 0..<200 {
            try await producer.send(
                OutgoingRecord(topic: "t", key: Bench.bytes("\(number)"), value: Bench.bytes("\(number)")))
        }
        let now = Mutex((current: 0, most: 0))
        let seen = Seen<Int>()
        let consumer = try GroupConsumer(
            Bench.settings(mock), group: "g", topics: ["t"], limits: ConsumerLimits(maxInFlight: 5)
        ) { record in
            now.withLock { now in
                now.current += 1
                now.most = max(now.most, now.current)
            }
            await Task.yield()
            seen.add(number(record))
            now.withLock { $0.current -= 1 }
            return .settled
        }
        await seen.wait(for: 200)
        #expect(now.withLock { $0.most } <= 5)
        #expect(Set(seen.all) == Set(0..<200))
        await consumer.drain(within: .seconds(5))
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("a handler that rests leaves its place to another record, until too many rest")
    func resting() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        try await fill(mock, "t", 0..<10)
        let (resting, working) = (Gate(), Gate())
        let begun = Seen<Int>()
        let ended = Seen<Int>()
        let consumer = try GroupConsumer(
            Bench.settings(mock), group: "g", topics: ["t"], limits: ConsumerLimits(maxInFlight: 2, maxResting: 3)
        ) { record, turn in
            begun.add(number(record))
            if number(record) < 6 { await turn.rest { await resting.wait() } }
            await working.wait()
            ended.add(number(record))
            return .settled
        }
        // Those that rest make room for others, until five are in hand.
        await begun.wait(for: 5)
        try await eventually("five records that rest") { consumer.resting >= 5 }
        #expect(consumer.inFlight == 0)
        #expect(begun.all.sorted() == [0, 1, 2, 3, 4])
        resting.open()
        working.open()
        await ended.wait(for: 10)
        #expect(ended.all.sorted() == Array(0..<10))
        #expect(consumer.resting == 0)
        await consumer.drain(within: .seconds(5))
    }

    @Test("what is not done when the drain's time is up is cancelled and comes again to the next of the group")
    func cancelsWhatIsLeft() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        try await fill(mock, "t", 0..<1)
        let begun = Seen<Int>()
        let cancelled = Seen<Int>()
        let consumer = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            begun.add(0)
            try? await Task.sleep(for: .seconds(3600))
            cancelled.add(number(record))
            // Too late: this must not count.
            return .settled
        }
        await begun.wait(for: 1)
        #expect(await consumer.assigned())
        #expect(consumer.assignment == [TopicPartition(topic: "t", partition: 0)])
        await consumer.drain(within: .milliseconds(10))
        await cancelled.wait(for: 1)
        let again = Seen<Int>()
        let next = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            again.add(number(record))
            return .settled
        }
        await again.wait(for: 1)
        await next.drain(within: .seconds(5))
    }

    @Test("errors that the brokers answer are survived: every record comes, none twice")
    func survivesErrors() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        mock.refuse(.findCoordinator, with: [.coordinatorNotAvailable, .coordinatorNotAvailable])
        mock.refuse(.joinGroup, with: [.coordinatorLoadInProgress])
        mock.refuse(.fetch, with: [.notLeader, .leaderNotAvailable, .requestTimedOut])
        mock.refuse(.offsetCommit, with: [.coordinatorLoadInProgress, .notCoordinator])
        try await fill(mock, "t", 0..<50)
        let seen = Seen<Int>()
        let consumer = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            seen.add(number(record))
            return .settled
        }
        await seen.wait(for: 50)
        await consumer.drain(within: .seconds(5))
        #expect(seen.all.sorted() == Array(0..<50))
    }

    @Test("a commit that is refused for want of the right to the group names it, before the session is over")
    func deniedGroup() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        mock.refuse(.offsetCommit, with: Array(repeating: .groupAuthorizationFailed, count: 100))
        try await fill(mock, "t", 0..<1)
        let consumer = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { _ in .settled }
        // Heartbeats go on being answered, so only the commit can say it.
        try await eventually("the denial") { consumer.denial != nil }
        #expect(consumer.denial == .denied(code: "GROUP_AUTHORIZATION_FAILED", what: "Read on group g"))
        mock.stopRefusing(.offsetCommit)
        await consumer.drain(within: .seconds(5))
    }

    @Test("a broker that was away for a while is found again")
    func brokerReturns() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        try await fill(mock, "t", 0..<5)
        let seen = Seen<Int>()
        let consumer = try GroupConsumer(Bench.settings(mock), group: "g", topics: ["t"]) { record in
            seen.add(number(record))
            return .settled
        }
        await seen.wait(for: 5)
        try mock.bringDown()
        try await eventually("the consumer to notice the outage") { !consumer.isConnected }
        try mock.bringUp()
        try await fill(mock, "t", 5..<10)
        await seen.wait(within: .seconds(30)) { Set($0).isSuperset(of: 5..<10) }
        #expect(consumer.isConnected)
        await consumer.drain(within: .seconds(5))
    }

    @Test("the lag is what the broker has and the group has not settled")
    func lag() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        try await fill(mock, "t", 0..<30)
        let gate = Gate()
        let begun = Seen<Int>()
        let consumer = try GroupConsumer(
            Bench.settings(mock), group: "g", topics: ["t"], limits: ConsumerLimits(maxInFlight: 2)
        ) { record in
            begun.add(0)
            await gate.wait()
            return .settled
        }
        await begun.wait(for: 2)
        try await eventually("a lag of 30") { consumer.partitions.first?.lag == 30 }
        gate.open()
        try await eventually("no lag") { consumer.partitions.first?.lag == 0 }
        await consumer.drain(within: .seconds(5))
    }

    @Test("draining where no broker answers ends, too")
    func drainsWithoutBroker() async throws {
        let consumer = try GroupConsumer(
            KafkaSettings(bootstrapServers: "127.0.0.1:1", clientID: "t"), group: "g", topics: ["t"]
        ) { _ in .settled }
        #expect(!consumer.isAssigned)
        #expect(await Bench.within(.seconds(30)) { await consumer.drain(within: .seconds(1)) } != nil)
    }

    /// Who has lost its partitions speaks for them no more: their next owner may be ahead of it.
    @Test("what was lost, and not handed over, is not committed by who lost it")
    func lostPartitions() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        for number in 0..<3 {
            try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [UInt8(number)]))
        }
        let seen = Seen<Int64>()
        let told = Seen<String>()
        var settings = Bench.settings(mock)
        // Nothing is committed but at a handover.
        settings.properties["auto.commit.interval.ms"] = "600000"
        settings.onEvent = { event in told.add(event.sentence) }
        let consumer = try GroupConsumer(settings, group: "g", topics: ["t"]) { record in
            seen.add(record.offset)
            return .settled
        }
        await seen.wait(for: 3)
        mock.refuse(.heartbeat, with: [.unknownMember])
        await told.wait { $0.contains("Kafka takes partitions back") }
        // Nothing was committed: the group begins where it had.
        await seen.wait(for: 6, within: .seconds(30))
        // Records of a partition are worked on beside each other, in any order.
        #expect(seen.all.sorted() == [0, 0, 1, 1, 2, 2])
        #expect(told.all.contains("Kafka partitions were lost, not handed over"))
        await consumer.drain(within: .seconds(5))
        await producer.close(flushingWithin: .seconds(5))
    }
}
