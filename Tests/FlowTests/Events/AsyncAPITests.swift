import Domain
import FoundationEssentials
import Kafka
import Logging
import Testing

@testable import Flow

/// What is written is what `docs/asyncapi.yaml`, and the schemas in `docs/events` that it refers to, tell other programs to
/// expect.
@Suite("the description of the events")
struct AsyncAPITests {
    private let outline: Outline
    private let codec = EventCodec(source: "/cutter/test")

    init() throws {
        let file = EventSchema.folder.deletingLastPathComponent().appendingPathComponent("asyncapi.yaml")
        outline = Outline(try String(contentsOf: file, encoding: .utf8))
    }

    private func fields(_ event: some ClipEvent) throws -> Set<String> {
        Set(try JSONDecoder().decode([String: Ignored].self, from: JSONEncoder().encode(event)).keys)
    }

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) {}
    }

    private func check<Event: ClipEvent>(_ event: Event, as name: String) throws {
        #expect(outline.word(at: "components", "messages", name, "name") == Event.type)
        let kind = String(Event.type.dropFirst("cutroom.".count))
        let schema = try EventSchema(kind, "value")
        let fields = try fields(event)
        #expect(!schema.required.isEmpty)
        #expect(schema.required.isSubset(of: fields), "\(name): \(schema.required.subtracting(fields))")
        #expect(fields.isSubset(of: schema.known), "\(name): \(fields.subtracting(schema.known))")
        let headers = Set(codec.encode(event, to: "t", trace: .new()).headers.map(\.name))
        #expect(try headers == EventSchema(kind, "headers").required)
    }

    @Test(
        "every event has the fields, the headers and the type that are described, with and without what may be absent")
    func events() throws {
        let episode = try #require(ObjectID(hex: "507f1f77bcf86cd799439011"))
        let window = try #require(ClipWindow(startMs: 0, endMs: 30_000))
        let id = try ClipID(parsing: "507f1f77bcf86cd799439011/0-30000.mp3")
        try check(ClipRequested(clipID: id, budget: .seconds(1)), as: "clipRequested")
        for title in [nil, "Title"] {
            try check(
                try ClipResolved(
                    clipID: id, budget: .seconds(1), episode: episode, guid: "g", feedSlug: "f",
                    title: title, window: window), as: "clipResolved")
        }
        let source = try #require(SourceVersion("abcdefgh"))
        let key = ObjectKey(
            episode: episode, window: window, cutVersion: .current, sourceVersion: source, format: .mp3)
        try check(
            ClipReady(
                clipID: id, objectKey: key, startMs: 0, durationMs: 1, sizeBytes: 1, storedAt: 1,
                objectExpiresAt: 2, sourceCheckedAt: 1, exact: .sample, cut: true), as: "clipReady")
        for fault in [
            ClipFault(.cutFailed, "why"), .startPastEnd(start: .seconds(1), episodeDuration: .milliseconds(500)),
        ] {
            try check(ClipFailed(clipID: id, fault: fault), as: "clipFailed")
        }
        try check(EpisodePurged(episode: episode), as: "episodePurged")
        for keys in [[:], ["web": GatewayUsage.Used(requests: 1)]] {
            try check(try GatewayUsage(gateway: "g", keys: keys, addresses: [7: .init(misses: 1)]), as: "gatewayUsage")
        }
    }

    @Test("a dead letter has the headers that are described, and its receipt has those of a receipt")
    func deadLetters() throws {
        func names(_ headers: [RecordHeader]) -> Set<String> { Set(headers.map(\.name)) }
        let described = try EventSchema("dead-letter", "headers")
        let many = (0..<3000).map { RecordHeader(name: "own\($0)", value: String(repeating: "x", count: 64)) }
        for (headers, key, bytes) in [
            ([], 1, 1), ([RecordHeader(DeadLetterStory.replaysHeader, "1")], 20_000, 1_000_000), (many, 1, 1),
        ] {
            let record = Record(
                topic: "clip.ready", partition: 1, offset: 2, key: Array(repeating: 0x61, count: key),
                value: Array(repeating: 0x61, count: bytes), headers: headers, timestamp: .appended(ms: 5))
            let letter = DeadLetter(
                record: record, reason: "bad-field", detail: "d", attempts: 0, service: "cutter", version: "1")
            for outgoing in [letter.outgoing(to: "d"), letter.withoutContent(to: "d")] {
                let names = names(outgoing.headers)
                #expect(names.isSubset(of: described.known), "\(names.subtracting(described.known))")
                #expect(!described.required.isEmpty && described.required.isSubset(of: names))
            }
        }
        let filed = Record(topic: "clip.dead-letter", partition: 0, offset: 7, key: nil, value: [])
        let receipt = try EventSchema("dead-letter-receipt", "headers")
        #expect(names(DeadLetterStory.receipt(for: filed).headers) == receipt.required)
        #expect(receipt.known == receipt.required)
        // Put back, a record has its own headers and the count.
        #expect(names(DeadLetterStory.original(of: filed, to: "t").headers) == [DeadLetterStory.replaysHeader])
        #expect(try EventSchema("clip.requested.v1", "headers").known.contains(DeadLetterStory.replaysHeader))
    }

    @Test("topics, reasons and ways to be exact are all those that there are")
    func lists() throws {
        let addresses = outline.keys(at: "channels").compactMap { outline.word(at: "channels", $0, "address") }
        #expect(addresses.count > 5)
        #expect(Set(addresses) == Set(Topics().all))
        let reasons = try EventSchema.words("common", at: "$defs", "reason")
        #expect(Set(reasons) == Set(FailureReason.allCases.map(\.rawValue)))
        let ways = try EventSchema.words("clip.ready.v1", at: "properties", "value", "properties", "exact")
        #expect(ways == [Exactness.sample, .reencoded, .timed, .estimated].map(\.rawValue))
    }
}
