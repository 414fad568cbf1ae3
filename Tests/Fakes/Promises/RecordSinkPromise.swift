import Flow
import Kafka
import Testing

/// What every sink of records promises: once `deliver` has returned, the record is there as it was sent.
public enum RecordSinkPromise: String, CaseIterable, Sendable {
    case recordsAreThereAsTheyWereSent
    case tombstonesAreNoEmptyValues
    case recordsOfOneKeyKeepTheirOrder
    case manyAtOnceLoseNothing
    case tooLargeRecordsAreRefused

    /// Reads back everything that lies in the topic, those of one key in their order.
    public typealias Reading = @Sendable (_ count: Int) async throws -> [OutgoingRecord]

    /// - Parameters:
    ///   - topic: empty, and there.
    ///   - reading: returns once there are so many.
    public func check(on sink: some RecordSink, topic: String, reading: Reading) async throws {
        func record(_ key: String, _ value: [UInt8]?, headers: [RecordHeader] = []) -> OutgoingRecord {
            OutgoingRecord(topic: topic, key: Array(key.utf8), value: value, headers: headers)
        }
        switch self {
        case .recordsAreThereAsTheyWereSent:
            let headers = [
                RecordHeader(name: "a", value: "1"), RecordHeader(name: "b", value: [0, 0xFF]),
                RecordHeader(name: "a", value: ""),
            ]
            try await sink.deliver(record("k\u{0}ü", [0, 1, 0xFF], headers: headers))
            let found = try #require(try await reading(1).first)
            #expect(found.topic == topic)
            #expect(found.key == Array("k\u{0}ü".utf8))
            #expect(found.value == [0, 1, 0xFF])
            #expect(found.headers == headers)
        case .tombstonesAreNoEmptyValues:
            try await sink.deliver(record("k", []))
            try await sink.deliver(record("k", nil))
            #expect(try await reading(2).map(\.value) == [[], nil])
        case .recordsOfOneKeyKeepTheirOrder:
            for number: UInt8 in 0..<50 { try await sink.deliver(record("k", [number])) }
            let expected: [[UInt8]?] = (0..<50).map { (number: UInt8) in [number] }
            #expect(try await reading(50).map(\.value) == expected)
        case .manyAtOnceLoseNothing:
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number: UInt8 in 0..<100 {
                    let record = record("k\(number)", [number])
                    group.addTask { try await sink.deliver(record) }
                }
                try await group.waitForAll()
            }
            let values = try await reading(100).compactMap(\.value)
            let expected = Set((0..<100).map { (number: UInt8) in [number] })
            #expect(Set(values) == expected)
            #expect(values.count == 100)
        case .tooLargeRecordsAreRefused:
            // Beyond what librdkafka (`message.max.bytes`) and brokers take by default.
            let large = record("large", [UInt8](repeating: 1, count: 2_000_000))
            await #expect(throws: KafkaFault.recordTooLarge) { try await sink.deliver(large) }
            try await sink.deliver(record("small", [1]))
            #expect(try await reading(1).map(\.value) == [[1]])
        }
    }
}
