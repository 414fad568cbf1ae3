import Synchronization
import Testing

@testable import Kafka

@Suite("what is under way in a partition")
struct PartitionWorkTests {
    private func record(_ offset: Int64) -> Record {
        Record(topic: "t", partition: 0, offset: offset, key: nil, value: [])
    }

    /// Starts one record, and returns when its handler has ended.
    private func run(_ work: PartitionWork, _ offset: Int64, _ settlement: Settlement) async {
        await withCheckedContinuation { continuation in
            let isStarted = work.start(record(offset), handle: { settlement }, ended: { continuation.resume() })
            #expect(isStarted)
        }
    }

    @Test("a record that was abandoned holds the position, whatever is settled behind it")
    func abandoned() async {
        let work = PartitionWork(TopicPartition(topic: "t", partition: 0), limit: 10)
        await run(work, 5, .settled)
        #expect(work.takeDirtyPosition() == 6)
        await run(work, 6, .abandoned)
        await run(work, 7, .settled)
        #expect(work.takeDirtyPosition() == nil)
        #expect(work.position == 6 && work.begin == 6)
        #expect(work.isIdle)
    }

    @Test("what a handler says after the partition was closed moves nothing")
    func closed() async {
        let work = PartitionWork(TopicPartition(topic: "t", partition: 0), limit: 10)
        await withCheckedContinuation { continuation in
            let handle: @Sendable () async -> Settlement = {
                work.close()
                return .settled
            }
            let isStarted = work.start(record(1), handle: handle, ended: { continuation.resume() })
            #expect(isStarted)
        }
        #expect(work.position == nil && work.takeDirtyPosition() == nil && !work.hasRoom)
    }
}
