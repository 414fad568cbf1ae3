import FoundationEssentials
import Glibc
import Kafka
import Synchronization
import TestStack
import Testing

/// Clips made ahead of need, on the real stack: by batches of the bulk lane, and by `cutroom warm`. What came when is what Kafka
/// says: `clip.ready` has one partition here, so its offsets are the order in which clips were ready.
@Suite("clips made ahead of need", .serialized, .timeLimit(.minutes(5)))
struct WarmTests {
    private struct Ready: Decodable {
        let clipId: String
        let cut: Bool
    }

    /// What `cutroom warm` tells of a clip, and in the end.
    private struct Told: Decodable {
        let event: String
        let status: String?
        let startTimeMs: Int?
        let state: String?
        let ready: Int?
        let made: Int?
        let missing: Int?
        let failed: Int?
        let line: Int?
        let column: Int?
    }

    /// Clips begin at each half second; there is room for 200.
    private static func start(_ number: Int) -> Int { number * 500 }
    private static func clip(_ number: Int) -> String {
        "\(Pipeline.episode)/\(start(number))-\(start(number) + 20_000).mp3"
    }

    private static func list(_ numbers: some Sequence<Int>) -> String {
        numbers.map {
            #"{"episode_id":"\#(Pipeline.episode)","start_time_ms":\#(start($0)),"duration_ms":20000}"# + "\n"
        }.joined()
    }

    /// What lies in `clip.ready` until now, in order.
    private func ready(_ pipeline: Pipeline) async throws -> [Ready] {
        let prefix = try #require(pipeline.environment["KAFKA_TOPIC_PREFIX"])
        let kafka = KafkaSettings(bootstrapServers: try TestStack.kafka, clientID: "test")
        let seen = Mutex<[Ready]>([])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let reader = try TopicReader(kafka, topics: [("\(prefix)clip.ready", .beginning)]) { record -> Void in
            guard let value = record.value, let event = try? decoder.decode(Ready.self, from: Data(value)) else {
                Issue.record("no event at \(record.offset)")
                return
            }
            seen.withLock { $0.append(event) }
        }
        let isRead = await reader.caughtUp(within: .seconds(30))
        await reader.close()
        #expect(isRead)
        return seen.withLock { $0 }
    }

    private func told(_ process: ServiceProcess) -> [Told] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return process.standardOutput.split(separator: UInt8(ascii: "\n")).compactMap {
            try? decoder.decode(Told.self, from: Data($0))
        }
    }

    private func warm(
        _ pipeline: Pipeline, _ gateway: GatewayProcess, _ words: [String], input: String = "", key: String? = nil
    ) async throws -> ServiceProcess {
        try await ServiceProcess(
            TestStack.executable("cutroom"), ["warm", "--gateway", gateway.base] + words,
            environment: try TestStack.serviceEnvironment.merging(pipeline.environment) { $1 }.merging(
                key.map { ["CUTROOM_KEY": $0] } ?? [:]
            ) { $1 }, input: Array(input.utf8))
    }

    private static let oneSlot = ["KAFKA_TOPIC_PARTITIONS": "1", "CUTTER_AUDIT_EVERY": "0"]

    @Test(
        "of 150 in the bulk lane one that a live request asks for is made at once, and once; so is one that nobody else wants"
    )
    func promoted() async throws {
        let pipeline = try await Pipeline.make(Self.oneSlot)
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter(["CUTTER_SLOTS": "1"])
        // A single clip would be as many as may be begun if those of the bulk lane counted.
        async let serving = pipeline.gateway(["GATEWAY_UNMEASURED_CLIPS": "2", "GATEWAY_BUSY_FROM": "1000"])
        let (resolver, cutter, gateway) = try await (resolving, cutting, serving)
        for part in 0..<3 {
            let entries = (0..<50).map {
                #"{"episode_id":"\#(Pipeline.episode)","start_time_ms":\#(Self.start(50 * part + $0)),"duration_ms":20000}"#
            }
            let reply = try await HTTPFetch.post(
                "\(gateway.base)/api/v1/audio_clips/batch",
                json: #"{"make":true,"lane":"bulk","clips":[\#(entries.joined(separator: ","))]}"#)
            #expect(reply.status == 200 && !reply.text.contains("reason"), "\(reply.text)")
        }
        _ = try await eventually("the first clip", within: .seconds(60)) { try await !ready(pipeline).isEmpty }
        async let waiting = gateway.get("\(Pipeline.episode)?start_time_ms=\(Self.start(149))&duration_ms=20000")
        async let other = gateway.clip(start: 1_250)
        #expect(try await waiting.status == 200)
        #expect(try await other.status == 200)
        let all = try await eventually("all to be ready", within: .seconds(120)) {
            let ready = try await ready(pipeline)
            return ready.count == 152 ? ready : nil
        }
        let first = try #require(all.firstIndex { $0.clipId == Self.clip(149) })
        let second = try #require(all.firstIndex { $0.clipId == "\(Pipeline.episode)/1250-31250.mp3" })
        // In the order of asking they would be the last ones.
        #expect(first < 101 && second < 101, "\(first), \(second)")
        #expect(all.filter { $0.clipId == Self.clip(149) }.map(\.cut) == [true, false])
        #expect(try pipeline.clipPuts().count == 151)
        withExtendedLifetime((resolver, cutter)) {}
    }

    @Test(
        "killed in the middle and run again, with live requests beside it and a gateway that is killed too, each clip is made once"
    )
    func killed() async throws {
        let pipeline = try await Pipeline.make(Self.oneSlot)
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter(["CUTTER_SLOTS": "2"])
        async let serving = pipeline.gateway()
        let (resolver, cutter, gateway) = try await (resolving, cutting, serving)
        let file = try TemporaryFile(holding: Array((Self.list(0..<150) + "{}\n").utf8), suffix: ".jsonl")
        let dry = try await warm(pipeline, gateway, [file.path, "--dry-run"])
        #expect(try await dry.exit() == .code(1), "a line of it is wrong")
        #expect(told(dry).last?.missing == 150 && told(dry).last?.state == "done")
        #expect(told(dry).contains { $0.event == "fault" && $0.line == 151 && $0.column == 1 })
        #expect(try pipeline.clipPuts().isEmpty)

        let first = try await warm(pipeline, gateway, [file.path])
        let made = try await eventually("twenty clips", within: .seconds(60)) {
            let count = try await ready(pipeline).count
            return count >= 20 ? count : nil
        }
        // Beside it somebody waits for clips of his own.
        for number in 0..<5 { #expect(try await gateway.clip(start: 1_250 + number).status == 200) }
        first.kill(SIGKILL)
        #expect(try await first.exit() == .signal(SIGKILL))
        let list = Self.list(0..<150)
        let second = try await warm(pipeline, gateway, ["-"], input: list)
        _ = try await eventually("it to find clips ready", within: .seconds(60)) {
            told(second).contains { $0.event == "clip" } ? true : nil
        }
        let port = gateway.port
        gateway.process.kill(SIGKILL)
        try await gateway.process.exit()
        let again = try await GatewayProcess.start(pipeline.environment, port: port)
        #expect(try await second.exit(within: .seconds(180)) == .code(0), "\(second.lines)")
        let end = try #require(told(second).last)
        #expect(
            end.event == "end" && end.state == "done" && (end.ready ?? 0) + (end.made ?? 0) == 150 && end.failed == 0)
        #expect((end.ready ?? 0) >= made - 5, "\(made) were ready; it found \(end.ready ?? 0)")
        let puts = try pipeline.clipPuts()
        #expect(puts.count == 155 && Set(puts.map(\.key)).count == 155)
        let bulk = try await ready(pipeline).filter(\.cut).map(\.clipId)
        let wanted = Set((0..<150).map(Self.clip))
        #expect(bulk.count { wanted.contains($0) } == 150 && wanted.isSubset(of: Set(bulk)))
        // A third run finds all of them.
        let third = try await warm(pipeline, again, ["-"], input: list)
        #expect(try await third.exit() == .code(0))
        #expect(told(third).last?.ready == 150 && told(third).last?.made == 0)
        #expect(try pipeline.clipPuts().count == 155)
        withExtendedLifetime((resolver, cutter)) {}
    }

    @Test("an episode's chunks are made, a budget ends it, and what can't be made is told, by a key that it needs")
    func chunks() async throws {
        // `printf %s cutroom_of_a_test | sha256sum`
        let key = "web sha256:71625e313be904c65c60b4c09bfba6dfd7eb7bec9531f6c46c59e931649b5210"
        let pipeline = try await Pipeline.make(["CUTTER_AUDIT_EVERY": "0", "GATEWAY_KEYS": key])
        async let resolving = pipeline.resolver()
        async let cutting = pipeline.cutter()
        async let serving = pipeline.gateway()
        let (resolver, cutter, gateway) = try await (resolving, cutting, serving)
        let words = ["--episode", Pipeline.guid, "--duration", "5s"]
        let without = try await warm(pipeline, gateway, words)
        #expect(try await without.exit() == .code(1))
        #expect(told(without).last?.state == "stopped" && told(without).last?.made == 0)

        let one = try await warm(pipeline, gateway, words + ["--max-clips", "1"], key: "cutroom_of_a_test")
        #expect(try await one.exit() == .code(0), "\(one.lines)")
        #expect(told(one).last?.state == "budget" && told(one).last?.made == 1)
        let all = try await warm(pipeline, gateway, words, key: "cutroom_of_a_test")
        #expect(try await all.exit() == .code(0), "\(all.lines)")
        #expect(told(all).last?.made == 1 && told(all).last?.ready == 1)
        #expect(told(all).compactMap(\.startTimeMs).sorted() == [0, 10_500])
        #expect(try pipeline.clipPuts().count == 2)

        let none = try await warm(
            pipeline, gateway, ["-"], input: #"{"episode_id":"507f1f77bcf86cd799439014","start_time_ms":0}"# + "\n",
            key: "cutroom_of_a_test")
        #expect(try await none.exit() == .code(1))
        #expect(told(none).contains { $0.event == "clip" && $0.status == "failed" })
        let unknown = try await warm(pipeline, gateway, ["--episode", "nobody"])
        #expect(try await unknown.exit() == .code(1))
        #expect(unknown.lines.contains { $0.hasPrefix("cutroom warm: ") }, "\(unknown.lines)")
        withExtendedLifetime((resolver, cutter)) {}
    }

    @Test("Ctrl-C ends it in order: it says what is under way and what is left")
    func interrupted() async throws {
        let pipeline = try await Pipeline.make(Self.oneSlot)
        // Nobody makes the clips.
        let port = TestStack.freePort()
        let gateway = try await pipeline.gateway([
            "GATEWAY_HEALTH_PORT": "\(port)", "GATEWAY_HEALTH_ADDRESS": "127.0.0.1",
        ])
        let process = try await warm(pipeline, gateway, ["-"], input: Self.list(0..<10))
        // With its second request it has read the answer to the first one.
        _ = try await eventually("a second look", within: .seconds(60)) {
            let metrics = try await HTTPFetch.get("http://127.0.0.1:\(port)/metrics").text
            let count = metrics.firstMatch(of: #/cutroom_http_requests_total\{route="batch"[^}]*\} ([0-9]+)/#)
            return count.flatMap { Int($0.1) }.map { $0 >= 2 } == true ? true : nil
        }
        #expect(try await gateway.get("requests/\(Pipeline.episode)%2F4500-24500.mp3").text.contains("queued"))
        process.kill(SIGINT)
        #expect(try await process.exit() == .code(1))
        let text = String(decoding: process.standardOutput, as: UTF8.self)
        #expect(told(process).last?.state == "interrupted")
        #expect(text.contains(#""under_way":10"#), "\(text)")
    }
}
