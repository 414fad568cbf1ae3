import Glibc
import Synchronization
import TestStack
import Testing

@testable import Kafka

@Suite("Producer on the mock broker", .timeLimit(.minutes(1)))
struct ProducerTests {
    @Test("a record comes back as it was sent, and a tombstone is not an empty value")
    func roundTrip() async throws {
        let mock = try MockCluster()
        try mock.createTopic("letters", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["letters"], within: .seconds(10))
        let headers = [
            RecordHeader(name: "a", value: "1"), RecordHeader(name: "b", value: []),
            RecordHeader(name: "a", value: [0, 255]),
        ]
        let sent: [OutgoingRecord] = [
            OutgoingRecord(topic: "letters", key: Bench.bytes("k"), value: Bench.bytes("v"), headers: headers),
            OutgoingRecord(topic: "letters", key: Bench.bytes("k"), value: nil),
            OutgoingRecord(topic: "letters", key: [], value: []),
            OutgoingRecord(topic: "letters", key: nil, value: Bench.bytes("no key")),
        ]
        for (index, record) in sent.enumerated() {
            let position = try await producer.send(record)
            #expect(position == RecordPosition(topic: "letters", partition: 0, offset: Int64(index)))
        }
        let seen = Seen<Record>()
        let reader = try TopicReader(Bench.settings(mock), topics: [("letters", .beginning)]) { record in
            seen.add(record)
        }
        await seen.wait(for: 4)
        let got = seen.all.sorted { $0.offset < $1.offset }
        try #require(got.count == 4)
        #expect(got.map(\.key) == sent.map(\.key))
        #expect(got.map(\.value) == sent.map(\.value))
        #expect(got[0].headers == headers)
        #expect(got[0].header("a") == [0, 255])
        #expect(got[0].headerText("a") == nil)
        #expect(got[1].headers == [])
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("while a broker is slow, records that wait for it cost no processor")
    func slowBroker() async throws {
        let mock = try MockCluster()
        try mock.createTopic("letters", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["letters"], within: .seconds(10))
        try mock.setRoundTrip(.seconds(1))
        let before = (cpu: processorTime(), clock: ContinuousClock.now)
        try await withThrowingTaskGroup(of: RecordPosition.self) { group in
            for number in 0..<12 {
                group.addTask {
                    try await producer.send(
                        OutgoingRecord(topic: "letters", key: Bench.bytes("one"), value: Bench.bytes("\(number)")))
                }
                // So that each is a request of its own, whatever librdkafka may put together.
                try await Task.sleep(for: .milliseconds(20))
            }
            let offsets = try await group.reduce(into: Set<Int64>()) { $0.insert($1.offset) }
            #expect(offsets == Set(0..<12))
        }
        let (cpu, took) = (processorTime() - before.cpu, before.clock.duration(to: .now))
        // A thread that spins takes as long as the waiting lasts.
        #expect(cpu < took / 3, "\(cpu) of processor time in \(took)")
        await producer.close(flushingWithin: .seconds(5))
    }

    /// Of all threads of this process.
    private func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    @Test("a client tells of its brokers how long their answers took, and of a silent second that there were none")
    func statistics() async throws {
        let mock = try MockCluster()
        try mock.createTopic("letters", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["letters"], within: .seconds(10))
        // Told once a second, of that second.
        let told = try await eventually("a second with an answer") { () -> ClientStatistics.Broker? in
            _ = try await producer.send(OutgoingRecord(topic: "letters", key: nil, value: Bench.bytes("v")))
            return producer.statistics?.brokers.first { $0.roundTrip != nil }
        }
        let times = try #require(told.roundTrip)
        #expect(told.id >= 0 && times.average > .zero && times.percentile99 >= times.average / 2)
        // A record may just have been on its way when that was told.
        try await eventually("a second in which nothing waits") { producer.statistics?.queuedBytes == 0 }
        await producer.close(flushingWithin: .seconds(5))
    }

    /// Shortened from librdkafka's STATISTICS.md, "Example output".
    @Test(
        "statistics are read as librdkafka documents them, without topics and brokers that have no number, each broker once"
    )
    func documented() throws {
        let json = #"""
            { "name": "rdkafka#producer-1", "msg_cnt": 22710, "msg_size": 704010, "brokers": {
            "localhost:9092/2": { "name": "localhost:9092/2", "nodeid": 2, "state": "UP", "waitresp_cnt": 3,
            "rtt": { "min": 1580, "max": 3389, "avg": 2349, "sum": 79868, "p99": 3377, "cnt": 34 } },
            "GroupCoordinator": { "nodeid": 2, "source": "logical", "waitresp_cnt": 1,
            "rtt": { "avg": 5749, "p99": 4000, "cnt": 17 } },
            "127.0.0.1:9092/bootstrap": { "nodeid": -1, "waitresp_cnt": 0, "rtt": { "avg": 0, "p99": 0, "cnt": 0 } },
            "localhost:9093/3": { "nodeid": 3, "waitresp_cnt": 0, "rtt": { "avg": 0, "p99": 0, "cnt": 0 } } },
             "topics": { "test": { "topic": "test" } }, "tx": 1 }
            """#
        let head = try #require(json.withCString { ClientStatistics.head(of: $0) })
        let told = try #require(ClientStatistics(head: head))
        #expect(told.queuedBytes == 704_010 && told.brokers.map(\.id) == [2, 3])
        // 34 requests of 2,349 µs and 17 of 5,749: (34 × 2349 + 17 × 5749) / 51.
        #expect(told.brokers[0].waiting == 4 && told.brokers[0].roundTrip?.average == .microseconds(3482))
        #expect(told.brokers[0].roundTrip?.percentile99 == .microseconds(4000) && told.brokers[1].roundTrip == nil)
        #expect("{}".withCString { ClientStatistics.head(of: $0) } == nil && ClientStatistics(head: []) == nil)
    }

    @Test("what librdkafka has told is decoded once, however often it is asked for, and what nobody asks for never")
    func decodedOnce() throws {
        let decoded = Mutex<[[UInt8]]>([])
        let told = ToldStatistics { head in
            decoded.withLock { $0.append(head) }
            return ClientStatistics(head: head)
        }
        #expect(told.read == nil)
        let heads = (1...3).map { Bench.bytes(#"{"msg_size":\#($0),"brokers":{}}"#) }
        told.note(heads[0])
        for _ in 0..<4 { #expect(told.read?.queuedBytes == 1) }
        told.note(heads[1])
        told.note(heads[2])
        for _ in 0..<4 { #expect(told.read?.queuedBytes == 3) }
        #expect(decoded.withLock { $0 } == [heads[0], heads[2]])
    }

    /// Partitions worked out with Kafka's own `Utils.murmur2` (kafka-clients 4.1), `toPositive(murmur2(key)) % 12`.
    @Test("a key goes to the partition that Java's default partitioner picks", arguments: Murmur.partitionsOf12)
    func partitioner(key: String, expected: Int32) async throws {
        let mock = try MockCluster()
        try mock.createTopic("twelve", partitions: 12)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["twelve"], within: .seconds(10))
        let position = try await producer.send(OutgoingRecord(topic: "twelve", key: Bench.bytes(key), value: []))
        #expect(position.partition == expected)
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("an answer that says 'not leader' is tried again, and the record is stored once")
    func retries() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        mock.refuse(.produce, with: [.notLeader, .notEnoughReplicas, .requestTimedOut])
        let first = try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [1]))
        let second = try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [2]))
        #expect(first.offset == 0)
        #expect(second.offset == 1)
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("an idle producer learns who leads a partition now, and sends its next record there at its first try")
    func newLeader() async throws {
        let mock = try MockCluster(brokers: 2)
        try mock.createTopic("t", partitions: 1, replication: 2)
        try mock.lead("t", partition: 0, by: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [1]))
        try #require(mock.followRequests())
        try mock.lead("t", partition: 0, by: 2)
        // Of two questions the second was sent after the change, and the first was answered.
        while mock.requests(.metadata, at: 1) + mock.requests(.metadata, at: 2) < 3 {
            try await Task.sleep(for: .milliseconds(20))
        }
        try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [2]))
        #expect(mock.requests(.produce, at: 1) == 0)
        #expect(mock.requests(.produce, at: 2) == 1)
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("a record that no broker takes fails when its time is up, and works again when the broker is back")
    func timesOut() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock), messageTimeout: .milliseconds(300))
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        #expect(producer.isConnected)
        try mock.bringDown()
        let begun = ContinuousClock.now
        await #expect(throws: KafkaFault.timedOut) {
            try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [1]))
        }
        #expect(ContinuousClock.now - begun < .seconds(10))
        try mock.bringUp()
        var position: RecordPosition?
        while position == nil, ContinuousClock.now - begun < .seconds(30) {
            position = try? await producer.send(OutgoingRecord(topic: "t", key: nil, value: [2]))
        }
        #expect(position != nil)
        #expect(producer.isConnected)
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("a full queue refuses at once, and room() returns when there is room")
    func backPressure() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        let producer = try KafkaProducer(
            Bench.settings(mock), messageTimeout: .seconds(30), queueLimit: QueueLimit(records: 3))
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        try mock.bringDown()
        let sends = (0..<3).map { (number: UInt8) in
            Task { try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [number])) }
        }
        try await eventually("three records that wait") { producer.pending >= 3 }
        await #expect(throws: KafkaFault.queueFull) {
            try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [9]))
        }
        #expect(KafkaFault.queueFull.isTransient)
        try mock.bringUp()
        await producer.room(for: OutgoingRecord(topic: "t", key: nil, value: [9]))
        try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [9]))
        for send in sends { _ = try await send.value }
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("closing with undelivered records fails each of them once")
    func closesWithUndelivered() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        try mock.bringDown()
        let sends = (0..<50).map { (number: UInt8) in
            Task { () -> KafkaFault? in
                do throws(KafkaFault) {
                    try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [number]))
                    return nil
                } catch { return error }
            }
        }
        try await eventually("50 records that wait") { producer.pending >= 50 }
        await producer.close(flushingWithin: .milliseconds(100))
        for send in sends { #expect(await send.value == .closed) }
        await #expect(throws: KafkaFault.closed) {
            try await producer.send(OutgoingRecord(topic: "t", key: nil, value: []))
        }
    }

    @Test("after an error that ends librdkafka's producer, the next send uses a new one")
    func replacesItself() async throws {
        let mock = try MockCluster()
        try mock.createTopic("t", partitions: 1)
        let events = Mutex<[KafkaEvent]>([])
        var settings = Bench.settings(mock)
        settings.onEvent = { event in events.withLock { $0.append(event) } }
        let producer = try KafkaProducer(settings)
        try await producer.prepare(topics: ["t"], within: .seconds(10))
        try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [1]))
        producer.simulateLoss()
        // The first send may meet the loss before the client's own thread has told of it.
        let met = try? await producer.send(OutgoingRecord(topic: "t", key: nil, value: [2]))
        let position =
            if let met { met } else { try await producer.send(OutgoingRecord(topic: "t", key: nil, value: [2])) }
        #expect(position.offset == 1)
        await producer.close(flushingWithin: .seconds(5))
        #expect(events.withLock { $0.contains { $0.level == .error } })
    }

    @Test("a refused setting is named, and its value is not shown")
    func refusedSetting() throws {
        let settings = KafkaSettings(
            bootstrapServers: "127.0.0.1:1", clientID: "t", properties: ["sasl.passwort": "hunter2"])
        do {
            _ = try KafkaProducer(settings)
            Issue.record("it was taken")
        } catch {
            #expect(error == .settingRefused(property: "sasl.passwort"))
            #expect(!"\(error)".contains("hunter2"))
        }
    }

    @Test("preparing without a broker ends when the time is up")
    func noBroker() async throws {
        let producer = try KafkaProducer(KafkaSettings(bootstrapServers: "127.0.0.1:1", clientID: "t"))
        do {
            try await producer.prepare(topics: ["t"], within: .milliseconds(300))
            Issue.record("a topic was found where no broker is")
        } catch {
            #expect(error.isTransient)
        }
        #expect(!producer.isConnected)
        await producer.close(flushingWithin: .zero)
    }
}
