import Bounded
import Domain
import Fakes
import FoundationEssentials
import Kafka
import Logging
import Testing

@testable import Flow

@Suite("a step and its lane")
struct StepLaneTests {
    private let topics = Topics(prefix: "t.")
    private let codec = EventCodec(source: "/test")

    private func handle(
        _ lane: Lane, _ sink: KeptRecords, budgetMs: Int = 60_000,
        _ work: @escaping Handler<ClipRequested>
    ) async -> Settlement {
        let step = Step(
            StepSettings(service: "test", version: "1", lane: lane), codec: codec, producer: sink, deadLetters: "dead",
            onFailure: .tell(topic: topics.failed), log: .silent, work: work)
        return await step.handle(
            Record(
                topic: topics.requested[lane], partition: 0, offset: 7, key: nil,
                value: Array(#"{"clip_id":"g/0-30000.mp3","budget_ms":\#(budgetMs)}"#.utf8)))
    }

    @Test("what it writes next goes to its own lane's topic", arguments: Lane.allCases)
    func next(lane: Lane) async {
        let (sink, topics) = (KeptRecords(), topics)
        let settlement = await handle(lane, sink) { incoming throws(ClipFault) in
            #expect(incoming.lane == lane)
            return .send(incoming.event, to: topics.resolved)
        }
        #expect(settlement == .settled)
        #expect(sink.sent.map(\.topic) == [lane == .live ? "t.clip.resolved" : "t.clip.resolved.bulk"])
    }

    @Test("a failure of bulk work says so, and one of live work is as it was before there were lanes")
    func failure() async throws {
        func failed(_ lane: Lane, budgetMs: Int = 60_000) async throws -> (event: ClipFailed, text: String) {
            let sink = KeptRecords()
            #expect(
                await handle(lane, sink, budgetMs: budgetMs) { _ throws(ClipFault) in throw ClipFault(.noAudio, "…") }
                    == .settled)
            let sent = try #require(sink.sent.first)
            #expect(sent.topic == "t.clip.failed")
            let record = Record(
                topic: sent.topic, partition: 0, offset: 0, key: sent.key, value: sent.value, headers: sent.headers)
            return (try codec.decode(record, as: ClipFailed.self), String(decoding: sent.value ?? [], as: UTF8.self))
        }
        let live = try await failed(.live)
        #expect(live.event.workLane == .live && !live.text.contains("lane"))
        let bulk = try await failed(.bulk)
        #expect(bulk.event.workLane == .bulk && bulk.text.contains(#""lane":"bulk""#))
        // Deadlines hold in both lanes.
        #expect(try await failed(.bulk, budgetMs: 0).event.reason == .expired)
        // A lane of a later release counts as live.
        let later = Record(
            topic: "t.clip.failed", partition: 0, offset: 0, key: nil,
            value: Array(bulk.text.replacing(#""bulk""#, with: #""lunar""#).utf8))
        #expect(try codec.decode(later, as: ClipFailed.self).workLane == .live)
    }

    @Test("a dead letter of the bulk lane names its topic, to which it can be put back")
    func deadLetter() async throws {
        let sink = KeptRecords()
        #expect(
            await handle(.bulk, sink) { _ throws(ClipFault) in throw ClipFault(.internalError, "…") } == .settled)
        let letter = try #require(sink.sent.first { $0.topic == "dead" })
        let story = try #require(
            DeadLetterStory(
                Record(
                    topic: "dead", partition: 0, offset: 0, key: letter.key, value: letter.value,
                    headers: letter.headers)))
        #expect(story.topic == "t.clip.requested.bulk" && story.offset == 7)
    }
}
