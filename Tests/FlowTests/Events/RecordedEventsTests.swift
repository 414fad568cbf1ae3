import Domain
import FoundationEssentials
import Kafka
import Testing

@testable import Flow

/// The examples in `docs/events`, which `scripts/check-events` holds to their schemas: what was once written must stay
/// readable.
@Suite("recorded events")
struct RecordedEventsTests {
    private let codec = EventCodec(source: "/test")

    @Test("an example of every kind is read, and what was read is written as it was")
    func examples() throws {
        let kinds = try EventSchema.names()
        var seen: Set<String> = []
        for (file, example) in try RecordedExample.all(in: "examples") {
            guard let kind = kinds.first(where: { file.hasPrefix($0 + ".") }) else {
                Issue.record("\(file) is of no kind that has a schema")
                continue
            }
            seen.insert(kind)
            try read(example, kind, file)
        }
        #expect(seen == kinds)
    }

    private func read(_ example: RecordedExample, _ kind: String, _ file: String) throws {
        let record = try example.record()
        switch kind {
        case "clip-forgotten":
            #expect(record.value == nil && record.headers.isEmpty, "\(file)")
            #expect(try ClipID(parsing: #require(example.key)).description == example.key, "\(file)")
        case "dead-letter":
            let story = try #require(DeadLetterStory(record), "\(file)")
            #expect(story.reason == example.headers["dead_letter_reason"], "\(file)")
            #expect(story.time == example.headers["dead_letter_time"], "\(file)")
            #expect(String(story.replays) == example.headers["cutroom_replays"] ?? "0", "\(file)")
            #expect(story.leftOut.isEmpty == (example.headers["dead_letter_cut_from_bytes"] == nil), "\(file)")
        case "dead-letter-receipt":
            #expect(DeadLetterStory.replayed(by: record) == example.headers["dead_letter_replayed"], "\(file)")
            #expect(DeadLetterStory(record) == nil, "\(file)")
        default:
            let type = try #require(Topics.events.first { $0.type == "cutroom." + kind }, "nothing here reads \(kind)")
            try same(type, example, file)
        }
    }

    private func same<Event: ClipEvent & Equatable>(_ type: Event.Type, _ example: RecordedExample, _ file: String)
        throws
    {
        let record = try example.record()
        let event = try codec.decode(record, as: type)
        #expect(event.recordKey == example.key && type.type == example.headers["ce_type"], "\(file)")
        let written = codec.encode(event, to: example.topic, origin: EventOrigin(of: record))
        let value = try JSONDecoder().decode(JSONTree.self, from: Data(#require(written.value)))
        #expect(value == example.value, "\(file)")
        // The trace and the request go on with it.
        let headers = Dictionary(uniqueKeysWithValues: written.headers.map { ($0.name, $0.value) })
        for name in ["ce_requestid", "traceparent", "tracestate", "ce_subject", "ce_type", "content-type"] {
            #expect(headers[name] == example.headers[name].map { Array($0.utf8) }, "\(file): \(name)")
        }
        // A decoder of all JSON reads the same as the one that is quick.
        #expect(try JSONDecoder().decode(type, from: Data(#require(record.value))) == event, "\(file)")
    }

    @Test("what no reader takes any more, or yet, is refused with its reason")
    func refused() throws {
        let examples = try RecordedExample.all(in: "refused")
        #expect(!examples.isEmpty)
        for (file, example) in examples {
            let record = try example.record()
            let type = try #require(
                Topics.events.first { "cutroom.\(file)".hasPrefix("\($0.kind).") }, "\(file) is of no kind")
            do throws(EventFault) {
                _ = try codec.decode(record, as: type)
                Issue.record("\(file) is not refused")
            } catch {
                #expect(error.slug == example.refused, "\(file): \(error.detail)")
            }
        }
    }
}
