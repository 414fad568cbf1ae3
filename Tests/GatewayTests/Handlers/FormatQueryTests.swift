import Domain
import Testing

@testable import GatewayService

@Suite("formats and lengths, as clients ask for them")
struct FormatQueryTests {
    private let query = ClipQuery(longestClip: .seconds(60), defaultDuration: .seconds(30))
    private let hex = "507f1f77bcf86cd799439011"

    private func asked(_ raw: String) throws(Problem) -> String {
        try query.clip(rawEpisode: hex[...], rawQuery: "start_time_ms=0&" + raw).id.description
    }

    @Test(
        "a variant is chosen by parameters, and the standard one by none",
        arguments: [
            ("format=peaks", "30000.peaks"), ("format=dat&bits=8&channels=mono", "30000.dat"),
            ("format=peaks&samples_per_pixel=512&bits=16&channels=split", "30000.peaks-512-16-split"),
            ("format=dat&samples_per_pixel=4096", "30000.dat-4096-8-mono"), ("format=svg", "30000.svg"),
            ("format=png&size=320x64&colors=dark", "30000.png-320x64-dark"),
            ("format=svg&colors=clear", "30000.svg-640x128-clear"),
            ("length=15", "15000.mp3"), ("length=30", "30000.mp3"), ("length=60&format=wav", "60000.wav"),
        ])
    func chosen(raw: String, id: String) throws {
        #expect(try asked(raw) == "\(hex)/0-\(id)")
    }

    /// What old clients send beside is ignored as it was.
    @Test(
        "parameters of other formats are somebody else's",
        arguments: ["bits=24", "channels=2", "size=large", "colors=red&colors=blue", "samples_per_pixel=x", "Bits=1"])
    func foreign(raw: String) throws {
        #expect(try asked(raw) == "\(hex)/0-30000.mp3")
        #expect(try asked("format=png&samples_per_pixel=7&bits=3") == "\(hex)/0-30000.png")
        #expect(try asked("format=peaks&size=7") == "\(hex)/0-30000.peaks")
    }

    @Test(
        "what is not on a list is refused with the list",
        arguments: [
            ("format=peaks&samples_per_pixel=300", "samples_per_pixel must be one of 128, 256, 512, 1024, 2048, 4096"),
            ("format=peaks&samples_per_pixel=0256", "samples_per_pixel must be one of"),
            ("format=dat&bits=24", "bits must be one of 8, 16"),
            ("format=peaks&channels=left", "channels must be one of mono, split"),
            ("format=svg&size=10x10", "size must be one of 320x64, 640x128, 1280x256"),
            ("format=png&colors=red", "colors must be one of light, dark, clear"),
            (
                "format=peaks-512-8-mono",
                "format must be one of mp3, opus, webm, m4a, wav, peaks, dat, svg, png, vtt, srt, transcript, auto"
            ),
            ("format=png&colours=dark", "colours is not a parameter; colors is meant"),
            ("format=peaks&samplesPerPixel=512", "samples_per_pixel is meant"),
            ("format=peaks&bits=8&bits=8", "bits must be given once"),
            ("length=20", "length must be one of 15, 30, 60, in seconds"), ("length=15s", "length must be one of"),
            ("length=15&duration_ms=15000", "length must not stand beside duration_ms"),
            ("length=15&length=15", "length must be given once"), ("lenght=15", "length is meant"),
        ])
    func refused(raw: String, detail: String) {
        do {
            let id = try asked(raw)
            Issue.record("taken as \(id)")
        } catch { #expect(error.detail.contains(detail), "\(error.detail)") }
    }

    @Test("of the lengths those are taken that the operator allows")
    func longest() throws {
        let query = ClipQuery(longestClip: .seconds(30), defaultDuration: .seconds(30))
        let half = try query.clip(rawEpisode: hex[...], rawQuery: "start_time_ms=0&length=30").id
        #expect(half.description == "\(hex)/0-30000.mp3")
        do throws(Problem) {
            _ = try query.clip(rawEpisode: hex[...], rawQuery: "start_time_ms=0&length=60")
            Issue.record("taken")
        } catch { #expect(error.detail == "length must be one of 15, 30, in seconds") }
    }

    @Test("several faults of a format are named at once, with all others")
    func all() {
        do {
            let id = try query.clip(
                rawEpisode: hex[...], rawQuery: "format=peaks&bits=1&channels=2&samples_per_pixel=3&start_time_ms=-1"
            ).id
            Issue.record("taken as \(id)")
        } catch {
            #expect(
                error.parameters.map(\.name) == ["samples_per_pixel", "bits", "channels", "start_time_ms"])
        }
    }

    /// In JSON a number is a number and a word a word.
    @Test(
        "an entry of a batch takes the same",
        arguments: [
            (#""format":"peaks","samples_per_pixel":512,"bits":16,"channels":"split""#, "30000.peaks-512-16-split"),
            (#""format":"png","size":"1280x256","colors":null"#, "30000.png-1280x256-light"),
            (#""length":15"#, "15000.mp3"), (#""bits":"x""#, "30000.mp3"),
            (#""format":"peaks","bits":"8""#, nil), (#""format":"peaks","channels":2"#, nil),
            (#""format":"peaks","samples_per_pixel":512.5"#, nil), (#""format":"svg","size":320"#, nil),
            (#""length":"15""#, nil), (#""length":15,"duration_ms":15000"#, nil),
            (#""format":"png","sizes":"320x64""#, "30000.png"),
        ] as [(String, String?)])
    func entries(fields: String, id: String?) throws {
        let entry = try ClipQuery.json(Array(#"{"episode_id":"\#(hex)","start_time_ms":0,\#(fields)}"#.utf8))
        #expect((try? query.clip(entry))?.description == id.map { "\(hex)/0-\($0)" })
    }

    @Test("the answer names the format and what chose its variant, and an old one is as it was")
    func answers() async throws {
        let gateway = GatewayUnderTest()
        let target = "/api/v1/audio_clips/\(hex)?start_time_ms=0&format=peaks&bits=16"
        let waiting = gateway.begin(target)
        _ = try await gateway.topic.sent(1)
        let id = try ClipID(parsing: "\(hex)/0-30000.peaks-256-16-mono")
        #expect(gateway.topic.clips == [id.description])
        try gateway.hand.ready(0, as: id)
        #expect(
            await waiting.answer().text.hasSuffix(
                #""format":"peaks","exact":"sample","samples_per_pixel":256,"bits":16,"channels":"mono"}"#))
        try gateway.hand.ready(1)
        #expect(await gateway.ask(GatewayUnderTest.clip(1)).text.hasSuffix(#""format":"mp3","exact":"sample"}"#))
    }
}
