import Kafka
import Testing

@testable import Flow

@Suite("Dead letters that are put back")
struct DeadLetterStoryTests {
    @Test("each time is counted, the letter's own headers go, and the record is otherwise as it was")
    func replays() throws {
        let own = [RecordHeader(name: "ce_id", value: "1"), RecordHeader(name: "ce_id", value: "2")]
        var record = Record(
            topic: "clip.requested", partition: 3, offset: 41, key: [1, 2], value: [3, 0, 255], headers: own)
        for times in 1...3 {
            let letter = DeadLetter(
                record: record, reason: "bad-field", detail: "d", attempts: 2, service: "cutter", version: "1"
            ).outgoing(to: "clip.dead-letter")
            let filed = Record(
                topic: letter.topic, partition: 0, offset: Int64(times), key: letter.key, value: letter.value,
                headers: letter.headers)
            let story = try #require(DeadLetterStory(filed))
            #expect(story.replays == times - 1)
            #expect(story.topic == "clip.requested" && story.partition == 3 && story.offset == 41)
            let again = DeadLetterStory.original(of: filed, to: story.topic)
            #expect(again.topic == "clip.requested" && again.key == record.key && again.value == record.value)
            #expect(again.headers == own + [RecordHeader(name: "cutroom_replays", value: "\(times)")])
            record = Record(
                topic: again.topic, partition: 3, offset: 41, key: again.key, value: again.value,
                headers: again.headers)
        }
    }

    @Test("a count that makes no sense begins anew", arguments: ["-5", "", "x", "99999999999999999999"])
    func nonsense(count: String) {
        let filed = Record(
            topic: "clip.dead-letter", partition: 0, offset: 1, key: nil, value: [],
            headers: [RecordHeader(name: "cutroom_replays", value: count)])
        #expect(
            DeadLetterStory.original(of: filed, to: "t").headers
                == [RecordHeader(name: "cutroom_replays", value: "1")])
    }
}
