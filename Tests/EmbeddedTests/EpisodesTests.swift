import FoundationEssentials
import TestStack
import Testing

/// `cutroom serve` tells of its episodes. What is right is what ffmpeg was told to write, and what ffprobe reads.
@Suite("the episodes of a served folder", .timeLimit(.minutes(5)))
struct EpisodesTests {
    private struct Episode: Decodable {
        struct Chapter: Decodable, Equatable {
            let startTimeMs: Int
            let endTimeMs: Int
            let title: String?
        }
        let episodeId: String
        let path: String
        let title: String
        let feedTitle: String
        let durationMs: Int?
        let pictureUrl: String?
        let chapterCount: Int
        let tagsRead: Bool
        let chapters: [Chapter]?
    }

    private struct Page: Decodable {
        let episodes: [Episode]
        let total: Int
        let next: String?
    }

    private struct Probed: Decodable {
        struct Chapter: Decodable {
            let startTime: String
            let endTime: String
            let tags: [String: String]
        }
        let chapters: [Chapter]
    }

    private static let listing = "/api/v1/episodes"

    private func decoded<Value: Decodable>(_ reply: HTTPReply) throws -> Value {
        #expect(reply.status == 200, "\(reply.text)")
        #expect(reply.header("Content-Type") == "application/json")
        #expect(reply.header("X-Content-Type-Options") == "nosniff")
        return try decoded(reply.body)
    }

    private func decoded<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Value.self, from: Data(bytes))
    }

    /// The listing, once the tags of all its files are in it.
    private func page(_ served: ServedFolder, _ query: String = "") async throws -> Page {
        try await eventually("the tags of all episodes") {
            let page: Page = try decoded(try await HTTPFetch.get(served.url + Self.listing + query))
            return page.episodes.allSatisfy(\.tagsRead) ? page : nil
        }
    }

    private func picture(_ path: String, _ color: String) async throws {
        try await Tool.run(
            "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "color=\(color):s=64x64", "-frames:v", "1", path])
    }

    private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    private static let metadata = """
        ;FFMETADATA1
        title=Über <b>alles</b> \\= 1
        album=Der Pod
        comment=first\\
        title           \\: forged\\
        [info]     title           \\: forged
        [CHAPTER]
        TIMEBASE=1/1000
        START=0
        END=1500
        title=Intro
        [CHAPTER]
        TIMEBASE=1/1000
        START=1500
        END=3000
        title=Two
        """

    @Test("titles, chapters and pictures are those in the tags, whatever the kind of file", arguments: ["mp3", "m4a"])
    func tags(ending: String) async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/Show/keep", "")
            try folder.write("meta", Self.metadata)
            let file = "\(folder.path)/audio/Show/one.\(ending)"
            let red = "\(folder.path)/red.jpg"
            try await picture(red, "red")
            try await Tool.run(
                "ffmpeg",
                [
                    "-v", "error", "-f", "lavfi", "-i", "sine=d=3", "-i", "\(folder.path)/meta", "-i", red, "-map",
                    "0:a",
                    "-map", "2:v", "-map_metadata", "1", "-map_chapters", "1", "-c:v", "copy", "-disposition:v",
                    "attached_pic", file,
                ])
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let listed = try #require(try await page(served).episodes.first)
            #expect(listed.title == "Über <b>alles</b> = 1" && listed.feedTitle == "Der Pod")
            #expect(listed.path == "Show/one.\(ending)" && listed.chapterCount == 2 && listed.chapters == nil)
            let one: Episode = try decoded(
                try await HTTPFetch.get("\(served.url)\(Self.listing)/\(listed.episodeId)"))
            let probed: Probed = try decoded(
                try await Tool.run("ffprobe", ["-v", "error", "-show_chapters", "-of", "json", file]))
            #expect(
                one.chapters
                    == probed.chapters.map { chapter in
                        Episode.Chapter(
                            startTimeMs: Int((Double(chapter.startTime)! * 1000).rounded()),
                            endTimeMs: Int((Double(chapter.endTime)! * 1000).rounded()), title: chapter.tags["title"])
                    })
            #expect(one.chapters?.map(\.title) == ["Intro", "Two"])
            #expect(abs(try #require(one.durationMs) - 3_000) < 60)
            let shown = try await HTTPFetch.get(try #require(listed.pictureUrl))
            let written = try bytes(red)
            #expect(shown.status == 200 && shown.body == written)
            #expect(shown.header("Content-Type") == "image/jpeg")
            #expect(shown.header("X-Content-Type-Options") == "nosniff")
            let etag = try #require(shown.header("ETag"))
            let again = try await HTTPFetch.get(try #require(listed.pictureUrl), headers: ["If-None-Match": etag])
            #expect(again.status == 304 && again.body.isEmpty)
            #expect(try await served.process.stop() == .code(0))
        }
    }

    @Test(
        "Vorbis comments count too, whether they are of the file or of the stream in it", arguments: ["opus", "flac"])
    func vorbisComments(ending: String) async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try await Sample.make(
                "\(folder.path)/audio/one.\(ending)", seconds: 2,
                ["-metadata", "title=Of bees", "-metadata", "artist=Somebody", "-metadata", "comment=title: none"])
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let listed = try #require(try await page(served).episodes.first)
            #expect(listed.title == "Of bees" && listed.feedTitle == "Somebody" && listed.pictureUrl == nil)
            #expect(try await served.process.stop() == .code(0))
        }
    }

    @Test("without tags the names of file and folder count, and pictures beside the audio before attached ones")
    func names() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/Show/keep", "")
            try folder.write("audio/Other/cover.jpg", "<script>alert(1)</script>")
            for name in ["Show/1", "Show/2", "Other/a & b"] {
                try await Sample.make("\(folder.path)/audio/\(name).mp3", seconds: 2)
            }
            try await picture("\(folder.path)/audio/Show/cover.jpg", "red")
            try await picture("\(folder.path)/audio/Show/2.png", "blue")
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let all = try await page(served)
            #expect(all.episodes.map(\.path) == ["Other/a & b.mp3", "Show/1.mp3", "Show/2.mp3"])
            #expect(all.episodes.map(\.title) == ["a & b", "1", "2"])
            #expect(all.episodes.map(\.feedTitle) == ["Other", "Show", "Show"])
            #expect(all.total == 3 && all.next == nil)
            // What is called like a picture and is none is not shown.
            #expect(all.episodes[0].pictureUrl == nil)
            let none = "\(served.url)\(Self.listing)/\(all.episodes[0].episodeId)/picture"
            #expect(try await HTTPFetch.get(none).status == 404)
            for (episode, name, type) in [(1, "cover.jpg", "image/jpeg"), (2, "2.png", "image/png")] {
                let shown = try await HTTPFetch.get(try #require(all.episodes[episode].pictureUrl))
                let written = try bytes("\(folder.path)/audio/Show/\(name)")
                #expect(shown.body == written)
                #expect(shown.header("Content-Type") == type)
            }
            // Page by page, the same.
            var paths: [String] = []
            var next: String? = Self.listing + "?limit=1"
            while let query = next, paths.count < 5 {
                let page: Page = try decoded(try await HTTPFetch.get(served.url + query))
                #expect(page.episodes.count == 1 && page.total == 3)
                paths += page.episodes.map(\.path)
                next = page.next
            }
            #expect(paths == all.episodes.map(\.path))
            #expect(try await served.process.stop() == .code(0))
        }
    }

    /// The podcast namespace's "JSON Chapters Format", 1.2: times in seconds, an end that may be missing, `toc`.
    @Test("chapters in a file beside the audio count before those in the tags, unless it can't be read")
    func chaptersBeside() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("meta", Self.metadata)
            try folder.write(
                "audio/good.chapters.json",
                #"{"version": "1.2.0", "chapters": [{"startTime": 1.25, "title": "B\u0007 <i>"}, {"startTime": 0, "endTime": 1, "title": "A"}, {"startTime": 1.5, "toc": false}, {"startTime": 2, "endTime": 1, "title": "back"}, {"startTime": -1}, {"startTime": 1e300}, {"startTime": "0"}, 7, {"startTime": 99, "title": "late"}]}"#
            )
            try folder.write("audio/bad.chapters.json", #"{"chapters": [{"startTime": 0, "title": "A""#)
            for name in ["good", "bad"] {
                try await Tool.run(
                    "ffmpeg",
                    [
                        "-v", "error", "-f", "lavfi", "-i", "sine=d=3", "-i", "\(folder.path)/meta", "-map", "0:a",
                        "-map_metadata", "1", "-map_chapters", "1", "\(folder.path)/audio/\(name).mp3",
                    ])
            }
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let listed = try await page(served).episodes
            #expect(listed.map(\.path) == ["bad.mp3", "good.mp3"])
            func chapters(_ place: Int) async throws -> [Episode.Chapter]? {
                let reply = try await HTTPFetch.get("\(served.url)\(Self.listing)/\(listed[place].episodeId)")
                return (try decoded(reply) as Episode).chapters
            }
            #expect(try await chapters(0)?.map(\.title) == ["Intro", "Two"])
            #expect(
                try await chapters(1) == [
                    .init(startTimeMs: 0, endTimeMs: 1_000, title: "A"),
                    .init(startTimeMs: 1_250, endTimeMs: 2_000, title: "B <i>"),
                ])
            #expect(try await served.process.stop() == .code(0))
        }
    }

    @Test("a file with hostile tags is listed like any other, with no more of them than is fit to show")
    func hostile() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            let plain = "\(folder.path)/plain.mp3"
            try await Sample.make(plain, seconds: 3)
            let long = [UInt8](repeating: UInt8(ascii: "y"), count: 10 << 20)
            var frames = Self.text("TIT2", "a\u{1B}[2J\u{7}\u{202E}b" + String(repeating: "x", count: 5_000))
            frames += Self.text("TALB", "Der\u{0}Pod")
            frames += Self.frame("COMM", [3] + Array("eng".utf8) + [0] + long)
            frames += Self.chapter("back", 2_000, 1_000)
            frames += Self.chapter("late", 9_000, 10_000)
            frames += Self.chapter("good", 500, 1_500)
            frames += Self.frame("APIC", [3] + Array("image/png".utf8) + [0, 3, 0] + Array("<svg onload='x'>".utf8))
            let tag = Self.id3(frames)
            try Data(tag + (try bytes(plain))).write(to: URL(filePath: "\(folder.path)/audio/bad.mp3"))
            let served = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let listed = try #require(try await page(served).episodes.first)
            // ffmpeg puts a question mark in the place of control characters.
            #expect(listed.title.hasPrefix("a?[2J?bxxx") && listed.title.utf8.count <= 256)
            #expect(listed.title.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
            #expect(listed.feedTitle == "Der")
            let one: Episode = try decoded(
                try await HTTPFetch.get("\(served.url)\(Self.listing)/\(listed.episodeId)"))
            #expect(one.chapters == [.init(startTimeMs: 500, endTimeMs: 1_500, title: "good")])
            let picture = try await HTTPFetch.get("\(served.url)\(Self.listing)/\(listed.episodeId)/picture")
            #expect(picture.status == 404 && !picture.text.contains("onload"))
            #expect(try await served.process.stop() == .code(0))
        }
    }

    @Test("keys are asked for as everywhere in the API, and what can't be answered is a problem")
    func refusals() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            let open = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            func status(_ method: String, _ path: String) async throws -> Int {
                try await HTTPFetch.request(method, open.url + Self.listing + path).status
            }
            for query in ["?limit=0", "?limit=201", "?limit=x", "?after=a&after=b", "?after=%FF"] {
                #expect(try await status("GET", query) == 400, "\(query)")
            }
            for path in ["/507f1f77bcf86cd799439011", "/507f1f77bcf86cd799439011/picture", "/a/b", "/a/picture/c"] {
                #expect(try await status("GET", path) == 404, "\(path)")
            }
            #expect(try await status("POST", "") == 405)
            #expect(try await status("HEAD", "") == 200)
            #expect(try await open.process.stop() == .code(0))
            let told = String(
                decoding: try await Tool.run(try TestStack.executable("cutroom"), ["keys", "new", "one"]), as: UTF8.self
            )
            try folder.write("keys", try #require(told.value(of: "line")), mode: 0o600)
            let guarded = try await ServedFolder.start(
                "\(folder.path)/audio", data: "\(folder.path)/data",
                environment: ["GATEWAY_KEYS_FILE": "\(folder.path)/keys", "GATEWAY_KEYS_NEEDED_FOR": "everything"])
            #expect(try await HTTPFetch.get(guarded.url + Self.listing).status == 401)
            let key = try #require(told.value(of: "key"))
            #expect(try await HTTPFetch.get(guarded.url + Self.listing, headers: ["X-Api-Key": key]).status == 200)
            #expect(try await guarded.process.stop() == .code(0))
        }
    }

    // ID3v2.4.0 structure, 3.1 and 4; frames, 4.2 and 4.14; chapter addendum, 3.1.

    private static func id3(_ frames: [UInt8]) -> [UInt8] {
        Array("ID3".utf8) + [4, 0, 0] + synchsafe(frames.count) + frames
    }

    private static func frame(_ name: String, _ body: [UInt8]) -> [UInt8] {
        Array(name.utf8) + synchsafe(body.count) + [0, 0] + body
    }

    private static func text(_ name: String, _ text: String) -> [UInt8] { frame(name, [3] + Array(text.utf8)) }

    private static func chapter(_ title: String, _ start: UInt32, _ end: UInt32) -> [UInt8] {
        var body = Array(title.utf8) + [0]
        for number in [start, end, .max, .max] {
            for shift: UInt32 in [24, 16, 8, 0] { body.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        return frame("CHAP", body + text("TIT2", title))
    }

    private static func synchsafe(_ number: Int) -> [UInt8] {
        [21, 14, 7, 0].map { (shift: Int) -> UInt8 in UInt8((number >> shift) & 127) }
    }
}
