import Domain
import Flow
import HTTPServer
import Kafka
import Synchronization
import Testing

@testable import GatewayService

@Suite("what the topics say of clips")
struct TopicProjectionTests {
    private typealias Again = (event: ClipRequested, id: ClipID, origin: EventOrigin)

    /// A projection onto the state of a gateway, fed by hand.
    private struct Fed {
        let gateway = GatewayUnderTest()
        let again = Kept()
        let projection: TopicProjection

        final class Kept: Sendable {
            let list = Mutex<[Again]>([])
        }

        init() {
            let again = again
            projection = gateway.projection { event, id, origin in
                again.list.withLock { $0.append((event, id, origin)) }
            }
        }

        /// A record as another language would write it.
        func take(
            _ topic: String, key: String = "507f1f77bcf86cd799439011/30000-60000.mp3", _ json: String?,
            headers: [RecordHeader] = []
        ) {
            projection.handle(
                Record(
                    topic: topic, partition: 3, offset: 41, key: Array(key.utf8), value: json.map { Array($0.utf8) },
                    headers: headers))
        }

        func known(_ id: String = "507f1f77bcf86cd799439011/30000-60000.mp3") throws -> ClipState.Known? {
            gateway.clipState.status(try ClipID(parsing: id), now: ClipStateBench.now)
        }
    }

    /// The example of docs/asyncapi.yaml, its times moved to the test's.
    private static func ready(
        key: String = "audio_clips/507f1f77bcf86cd799439011/30000-60000_v5-196b2108.mp3",
        stored: Int64 = ClipStateBench.now
    ) -> String {
        #"{"clip_id":"507f1f77bcf86cd799439011/30000-60000.mp3","object_key":"\#(key)","start_ms":30000,"#
            + #""duration_ms":30000,"size_bytes":481738,"stored_at":\#(stored),"object_expires_at":\#(stored + 2_592_000),"#
            + #""source_checked_at":\#(stored),"exact":"sample","cut":true,"from_the_future":[1]}"#
    }

    private static let requested = #"{"clip_id":"507f1f77bcf86cd799439011/30000-60000.mp3","budget_ms":120000}"#
    private static let resolved =
        #"{"clip_id":"507f1f77bcf86cd799439011/30000-60000.mp3","budget_ms":119980,"episode_id":"507f1f77bcf86cd799439011","#
        + #""guid":"7c9e6679-7425-40de-944b-e07fc1f90ae7","feed_slug":"time-marks","start_ms":30000,"end_ms":60000}"#

    @Test("a clip that is ready is a hit from then on, until a tombstone takes it away")
    func readyAndGone() throws {
        let fed = Fed()
        fed.take("clip.ready", Self.ready())
        let clip = try #require(try fed.known()?.clip)
        #expect(clip.key.description == "audio_clips/507f1f77bcf86cd799439011/30000-60000_v5-196b2108.mp3")
        #expect(clip.durationMs == 30_000)
        #expect(fed.gateway.clipState.figures.entries == 1)
        fed.take("clip.ready", key: "not a clip's id", nil)
        #expect(fed.gateway.clipState.figures.entries == 1)
        fed.take("clip.ready", nil)
        #expect(fed.gateway.clipState.figures.entries == 0)
        #expect(fed.projection.skipped == 0)
    }

    @Test("requests and resolutions say how far the work is, whoever asked for it")
    func stages() throws {
        let fed = Fed()
        #expect(try fed.known() == nil)
        fed.take("clip.requested", Self.requested)
        #expect(try fed.known()?.stage == .resolving)
        fed.take("clip.resolved", Self.resolved)
        #expect(try fed.known()?.stage == .cutting)
    }

    @Test("a failure ends the waiting with the episode's length, where it is about that")
    func failed() async throws {
        let fed = Fed()
        let waiting = fed.gateway.begin(
            "/api/v1/audio_clips/507f1f77bcf86cd799439011?start_time_ms=900000&duration_ms=60000")
        fed.take(
            "clip.failed", key: "507f1f77bcf86cd799439011/900000-960000.mp3",
            #"{"clip_id":"507f1f77bcf86cd799439011/900000-960000.mp3","reason":"start-past-end","#
                + #""detail":"the clip would start at 900000 ms; the episode is 600000 ms long","retryable":false,"#
                + #""episode_duration_ms":600000}"#)
        let reply = await waiting.answer()
        #expect(reply.status == 400)
        #expect(reply.untraced.contains(#""reason":"start-past-end","episode_duration_ms":600000"#))
    }

    @Test("work that has expired is asked for again while somebody here may wait, as of the request that it was for")
    func expired() throws {
        let fed = Fed()
        fed.gateway.hand.ask(30_000)
        fed.take(
            "clip.failed",
            #"{"clip_id":"507f1f77bcf86cd799439011/30000-60000.mp3","reason":"expired","detail":"…","retryable":true}"#,
            headers: [
                RecordHeader(name: "traceparent", value: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                RecordHeader(name: "ce_requestid", value: "first"),
            ])
        let again = fed.again.list.withLock { $0 }
        #expect(again.map(\.id) == [ClipStateBench.id(30_000)])
        #expect(again.map(\.event.clipID) == [ClipStateBench.id(30_000)])
        #expect(again.first?.origin.requestID == "first")
        #expect(again.first?.origin.trace.traceID.description == "0af7651916cd43dd8448eb211c80319c")
    }

    /// A gateway signs what it reads here: a key that is another clip's, or no key at all, must not get into the table.
    @Test(
        "a record that can't be read is counted, logged with its place, and changes nothing",
        arguments: [
            ("clip.ready", "{", [:]), ("clip.ready", "{}", [:]), ("clip.ready", "[]", [:]),
            ("clip.ready", ready(key: "audio_clips/507f1f77bcf86cd799439012/30000-60000_v5-196b2108.mp3"), [:]),
            ("clip.ready", ready(key: "audio_clips/507f1f77bcf86cd799439011/0-30000_v5-196b2108.mp3"), [:]),
            ("clip.ready", ready(key: "../secrets"), [:]), ("clip.ready", ready(stored: -1), [:]),
            ("clip.ready", ready(), ["ce_type": "cutroom.clip.ready.v2"]),
            ("clip.ready", ready(), ["ce_type": "cutroom.clip.failed.v1"]),
            ("clip.ready", String(repeating: " ", count: 65_537), [:]),
            (
                "clip.failed",
                #"{"clip_id":"507f1f77bcf86cd799439011/30000-60000.mp3","reason":"because","detail":"","retryable":true}"#,
                [:]
            ),
            ("clip.requested", #"{"clip_id":"x"}"#, [:]), ("clip.resolved", requested, [:]), ("clip.failed", nil, [:]),
        ] as [(String, String?, [String: String])])
    func unreadable(topic: String, json: String?, headers: [String: String]) throws {
        let fed = Fed()
        fed.take(topic, json, headers: headers.map { RecordHeader(name: $0.key, value: $0.value) })
        #expect(fed.projection.skipped == 1)
        #expect(
            fed.gateway.lines.holds(
                "A record could not be read and was skipped", #""level":"warning""#, #""topic":"\#(topic)""#,
                #""partition":3"#,
                #""offset":41"#))
        #expect(try fed.known() == nil)
        #expect(fed.gateway.clipState.figures.entries == 0)
    }

    @Test("a record of another topic is nobody's here")
    func foreign() {
        let fed = Fed()
        fed.take("clip.purged", "{")
        #expect(fed.projection.skipped == 0)
        #expect(fed.gateway.lines.all.isEmpty)
    }
}

extension GatewayUnderTest {
    /// What reads the topics for this gateway's state.
    func projection(
        askAgain: @escaping @Sendable (ClipRequested, ClipID, EventOrigin) -> Void
    ) -> TopicProjection {
        TopicProjection(
            clipState: clipState, topics: Topics(), codec: EventCodec(source: "/gateway/test"), cues: cues,
            abouts: abouts,
            log: log, clock: { ClipStateBench.now }, askAgain: askAgain)
    }
}
