import FoundationEssentials
import Kafka
import TestStack
import Testing

/// `cutroom dead-letters` on letters that a real resolver has written into a real broker.
@Suite("dead letters")
struct DeadLetterTests {
    private struct Letter: Decodable {
        let position: String
        let writtenAt: String
        let reason: String
        let topic: String
        let service: String
        let replays: Int
        let replayed: String
        let leftOut: [String]
    }

    private func cutroom(
        _ pipeline: Pipeline, _ words: [String]
    ) async throws -> (letters: [Letter], exit: ServiceProcess.Exit, output: String) {
        let process = try await ServiceProcess.service(
            "cutroom", ["dead-letters"] + words, environment: pipeline.environment)
        let exit = try await process.exit()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let output = String(decoding: process.standardOutput, as: UTF8.self)
        let letters = output.split(separator: "\n").compactMap { try? decoder.decode(Letter.self, from: Data($0.utf8)) }
        return (letters, exit, output + process.lines.joined(separator: "\n"))
    }

    @Test("what a resolver put aside is listed, shown, put back once with its headers, and put aside again")
    func wholeStory() async throws {
        let pipeline = try await Pipeline.make()
        let resolver = try await pipeline.resolver()
        let prefix = try #require(pipeline.environment["KAFKA_TOPIC_PREFIX"])
        let producer = try KafkaProducer(KafkaSettings(bootstrapServers: try TestStack.kafka, clientID: "test"))
        let poison: [[UInt8]] = [
            Array("no json".utf8), [0xFF, 0x00, 0x80], Array(#"{"clip_id":"x","budget_ms":1}"#.utf8),
        ]
        for value in poison {
            try await producer.send(
                OutgoingRecord(
                    topic: "\(prefix)clip.requested", key: Array("key".utf8), value: value,
                    headers: [RecordHeader(name: "own", value: "kept")]))
        }
        _ = try await eventually("three letters") {
            try await cutroom(pipeline, ["list"]).letters.count == 3 ? true : nil
        }
        let malformed = try await cutroom(pipeline, ["list", "--reason", "malformed-json", "--since", "1h"]).letters
        #expect(malformed.count == 2)
        // RFC 3339 of one length sorts as text.
        let times = try await cutroom(pipeline, ["list"]).letters.map(\.writtenAt)
        #expect(times == times.sorted() && times.allSatisfy { $0.count == 24 && $0.hasSuffix("Z") }, "\(times)")
        #expect(malformed.allSatisfy { $0.service == "resolver" && $0.topic == "\(prefix)clip.requested" })
        #expect(try await cutroom(pipeline, ["list", "--topic", "clip.ready"]).letters.isEmpty)
        #expect(try await cutroom(pipeline, ["list", "--limit", "1"]).letters.count == 1)

        let field = try #require(try await cutroom(pipeline, ["list", "--reason", "bad-field"]).letters.first)
        let shown = try await cutroom(pipeline, ["show", field.position])
        #expect(shown.exit == .code(0))
        #expect(shown.output.contains(#"{"name":"own","value":"kept"}"#), "\(shown.output)")
        #expect(shown.output.contains(#""value":"{\"clip_id\":\"x\",\"budget_ms\":1}""#))
        // Records are worked on side by side, so either may have been put aside first.
        var values: [String] = []
        for letter in malformed { values.append(try await cutroom(pipeline, ["show", letter.position]).output) }
        #expect(values.count { $0.contains(#""value":"no json""#) } == 1)
        #expect(values.count { $0.contains(#""value":{"base64":"/wCA"}"#) } == 1)

        // Without a terminal it asks nobody, and does nothing.
        #expect(try await cutroom(pipeline, ["replay", field.position]).exit == .code(2))
        #expect(try await cutroom(pipeline, ["replay", field.position, "--yes"]).exit == .code(0))
        let again = try await eventually("the record to be put aside again") {
            try await cutroom(pipeline, ["list", "--reason", "bad-field"]).letters.first { $0.replays == 1 }
        }
        #expect(again.position != field.position && again.replayed == "no")
        let twice = try await cutroom(pipeline, ["replay", field.position, "--yes"])
        #expect(twice.exit == .code(1) && twice.output.contains("was put back before"))
        // By reason: only what was not put back before.
        let rest = try await cutroom(pipeline, ["replay", "--reason", "bad-field", "--yes"])
        #expect(rest.letters.map(\.position) == [again.position], "\(rest.output)")

        let absent = try await cutroom(pipeline, ["show", "0/999999"])
        #expect(absent.exit == .code(1) && absent.output == "cutroom dead-letters: no dead letter lies there")
        #expect(try await cutroom(pipeline, ["show", "nonsense"]).exit == .code(2))
        #expect(resolver.isRunning)
        await producer.close(flushingWithin: .seconds(2))
    }
}
