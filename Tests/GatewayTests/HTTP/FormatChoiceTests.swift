import Domain
import Testing

@testable import GatewayService

/// What browsers really send, and cases of RFC 9110, 12.5.1.
private let accepts: [(String?, ClipFormat)] = [
    (nil, .mp3), ("", .mp3), (" ", .mp3), ("*/*", .mp3), ("audio/*", .mp3), ("audio/ogg", .opus),
    ("AUDIO/WEBM", .webm), ("audio/x-m4a", .m4a), ("audio/wav", .wav), ("audio/x-wav;q=0.1", .wav),
    // Firefox's for <audio>.
    ("audio/webm,audio/ogg,audio/wav,audio/*;q=0.9,application/ogg;q=0.7,video/*;q=0.6,*/*;q=0.5", .opus),
    // Chromium's for <audio>, and Safari's.
    ("*/*;q=0.8", .mp3), ("audio/mp4, audio/*;q=0.5", .m4a),
    ("audio/mpeg;q=0, audio/*", .opus), ("audio/mpeg;q=0.4, */*;q=0.6", .opus),
    ("audio/ogg;codecs=vorbis, audio/mp4;codecs=\"mp4a.40.2\"", .m4a), ("audio/ogg;codecs=\"vorbis,opus\"", .opus),
    ("text/html, audio/webm;q=0.001", .webm), ("audio/wav;q=0.5, audio/webm;q=0.50", .webm),
    ("audio/mpeg;q=2, audio/wav", .wav), ("audio/mpeg;level=\"1,audio/wav\";q=0.2, audio/webm;q=0.1", .mp3),
]

private let unacceptable = [
    "text/html", "audio/x-ms-wma", "audio/mpeg;q=0", "*/*;q=0", "audio/ogg;codecs=vorbis", ",", "audio", "audio/", "/",
    "*/mpeg", "audio/amr", "audio/mpeg;q=x",
]

@Suite("format=auto")
struct FormatChoiceTests {
    @Test("the most welcome format is chosen, by the range that names it most closely", arguments: accepts)
    func chosen(accept: String?, format: ClipFormat) throws {
        #expect(try FormatChoice.format(accept: accept) == format)
    }

    @Test("where none is welcome, that is said", arguments: unacceptable)
    func none(accept: String) {
        do {
            let format = try FormatChoice.format(accept: accept)
            Issue.record("took \(format)")
        } catch {
            #expect(error.isNotAcceptable)
            #expect(error.detail.contains("audio/mpeg, audio/ogg, audio/webm, audio/mp4, audio/wav"))
        }
    }

    @Test("Accept counts for format=auto alone, and comes after what else is wrong")
    func query() throws {
        let query = ClipQuery(longestClip: .seconds(60), defaultDuration: .seconds(30))
        func ask(_ raw: String, _ accept: String?) throws(Problem) -> ClipQuery.Asked {
            try query.clip(rawEpisode: "507f1f77bcf86cd799439011", rawQuery: raw, accept: accept)
        }
        #expect(try ask("start_time_ms=0", "audio/ogg").id.format == .mp3)
        #expect(try !ask("start_time_ms=0&format=opus", "text/html").isNegotiated)
        let auto = try ask("start_time_ms=0&format=auto", "audio/ogg")
        #expect(auto.isNegotiated)
        #expect(auto.id.format == .opus)
        do {
            _ = try ask("start_time_ms=-1&format=auto", "text/html")
            Issue.record("taken")
        } catch { #expect(error.parameters.map(\.name) == ["start_time_ms"]) }
        do {
            _ = try ask("start_time_ms=x&format=auto", String(repeating: "a", count: 1025))
            Issue.record("taken")
        } catch { #expect(Set(error.parameters.map(\.name)) == ["start_time_ms", "Accept"]) }
    }
}
