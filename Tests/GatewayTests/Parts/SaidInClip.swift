import Domain
import Flow
import Hashing
import Kafka
import Testing
import Text
import Transcripts

@testable import GatewayService

/// A clip's transcript as it comes to a gateway: first what the resolver sends, then what the cutter has stored.
struct SaidInClip {
    private static let hex = "507f1f77bcf86cd799439011"
    /// Of the transcript.
    let id: ClipID
    let cues: [Cue]
    /// The stored file.
    let file: [UInt8]
    /// The object's key, by the cutter's rule: the version is the beginning of the file's SHA-256.
    let key: ObjectKey

    /// - Parameter number: as in `ClipStateBench`.
    init(_ number: Int = 1, _ text: String = "Is 1 < 2?") throws {
        id = try ClipID(parsing: "\(Self.hex)/\(number)-\(number + 30_000).transcript")
        cues = [Cue(startMs: 0, endMs: 4_000, text: text, speaker: "Ann", timing: .exact)]
        file = TranscriptForm.podcast.written(cues)
        let version = Hex.encode(SHA256.digest(file).prefix(4))
        key = try #require(
            ObjectKey(
                parsing: "audio_clips/\(Self.hex)/\(id.span)_v\(CutVersion.current)-\(version).transcript"))
    }

    func resolved(for gateway: GatewayUnderTest, title: String? = nil, about: EpisodeAbout? = nil) throws {
        guard case .window(let window) = id.span else { return }
        let event = try ClipResolved(
            clipID: id, budget: .seconds(100), episode: try #require(ObjectID(hex: Self.hex)), guid: "guid",
            feedSlug: "feed", title: title, about: about, window: window, transcript: ClipTranscript(cues))
        gateway.take(event)
    }

    func stored(for gateway: GatewayUnderTest) throws {
        let event = ClipReady(
            clipID: id, objectKey: key, startMs: 1, durationMs: 30_000, sizeBytes: Int64(file.count),
            storedAt: ClipStateBench.now, objectExpiresAt: ClipStateBench.now + 2_592_000,
            sourceCheckedAt: ClipStateBench.now, exact: .timed, cut: true)
        gateway.clipState.saw(ready: ReadyClip(event), cut: true, of: id, now: ClipStateBench.now)
    }

    /// What stands in an answer.
    var fields: String {
        let said = String(decoding: file, as: UTF8.self).dropLast()
        return #""transcript_url":"https://clips.example/\#(key)","transcript":\#(said)"#
    }
}

extension GatewayUnderTest {
    /// Reads what a resolver has sent.
    func take(_ event: ClipResolved) {
        let sent = EventCodec(source: "/resolver/test").encode(event, to: Topics().resolved.live, trace: .new())
        let projection = projection { _, _, _ in Issue.record("asked again") }
        projection.handle(
            Record(
                topic: sent.topic, partition: 0, offset: 0, key: sent.key, value: sent.value, headers: sent.headers))
        #expect(projection.skipped == 0)
    }
}
