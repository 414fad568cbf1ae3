import Domain
import Flow
import Glibc
import Kafka
import Text
import Traces

// Writes records as the services do, for programs in other languages, which pass them on: a line of JSON each, as
// scripts/bench.d/tools/records reads it.
//
//   sample-records each                one for each kind of event, in the topic that it belongs to
//   sample-records ready TOPIC COUNT   so many clips that are ready: of 1,000 episodes whose ids are their numbers in hex, each
//                                      30 s long, and the next of an episode 30 s later
//
// Exit status: 0 they are written; 1 the words are not understood.

let codec = EventCodec(source: "/sample-records")
let topics = Topics()

func stop(_ why: String) -> Never {
    let line = Array("sample-records: \(why)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(1)
}

/// What can only be nil by a mistake in this file.
func known<Value>(_ value: Value?) -> Value {
    guard let value else { stop("a sample is not valid") }
    return value
}

func put(_ event: some ClipEvent, to topic: String) {
    let record = codec.encode(event, to: topic, trace: .new())
    var json = JSONWriter(reserving: 2048)
    json.object { json in
        json.field("topic", record.topic)
        json.field("key", Base64.encode(record.key ?? []))
        json.field("value", Base64.encode(record.value ?? []))
        json.array("headers") { json in
            for header in record.headers {
                json.object {
                    $0.field("name", header.name)
                    $0.field("value", Base64.encode(header.value))
                }
            }
        }
    }
    print(String(decoding: json.bytes, as: UTF8.self))
}

func ready(episode: ObjectID, startMs: Int32, durationMs: Int32, storedAt: Int64) -> ClipReady {
    let window = known(ClipWindow(startMs: startMs, endMs: startMs + durationMs))
    return ClipReady(
        clipID: ClipID(episode: .objectID(episode), span: .window(window), format: .mp3),
        objectKey: ObjectKey(
            episode: episode, window: window, cutVersion: .current, sourceVersion: known(SourceVersion("0123abcd")),
            format: .mp3),
        startMs: startMs, durationMs: durationMs, sizeBytes: 16 * Int64(durationMs), storedAt: storedAt,
        objectExpiresAt: storedAt + 30 * 86_400, sourceCheckedAt: storedAt, exact: .sample, cut: true)
}

switch Array(CommandLine.arguments.dropFirst()) {
case ["each"]:
    let episode = known(ObjectID(hex: "507f1f77bcf86cd799439011"))
    let event = ready(episode: episode, startMs: 0, durationMs: 2_000, storedAt: 1_700_000_000)
    put(ClipRequested(clipID: event.clipID, budget: .seconds(60)), to: topics.requested.live)
    put(
        known(
            try? ClipResolved(
                clipID: event.clipID, budget: .seconds(60), episode: episode, guid: "g", feedSlug: "f", title: nil,
                window: event.objectKey.window)), to: topics.resolved.live)
    put(event, to: topics.ready)
    put(ClipFailed(clipID: event.clipID, fault: ClipFault(.noAudio, "")), to: topics.failed)
    put(EpisodePurged(episode: episode), to: topics.purged)
case let words where words.count == 3 && words[0] == "ready":
    guard let count = Int32(words[2]), count > 0 else { stop("'\(words[2])' is not a number of records") }
    let now = WallTime.now().seconds
    for number in 0..<count {
        let hex = String(number % 1_000, radix: 16)
        let episode = known(ObjectID(hex: String(repeating: "0", count: 24 - hex.count) + hex))
        put(
            ready(episode: episode, startMs: number / 1_000 * 30_000, durationMs: 30_000, storedAt: now),
            to: words[1])
    }
default: stop("expected each, or ready TOPIC COUNT")
}
