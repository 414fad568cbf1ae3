import Glibc
import TestStack
import Testing

@testable import CommandLineService

/// What `cutroom clip` reads and writes, and what it says of files that it can't.
@Suite("cutroom clip and its files")
struct ClipFileTests {
    private func cutroom(_ words: [String]) async throws -> (exit: ServiceProcess.Exit, said: String) {
        let process = try await ServiceProcess(TestStack.executable("cutroom"), words)
        return (try await process.exit(), process.lines.joined(separator: "\n"))
    }

    private func fileBytes(_ path: String) async throws -> [UInt8] { try await Tool.run("cat", [path]) }

    /// The first bytes: RFC 3533 (Ogg), RFC 8794 (EBML, under WebM), ISO/IEC 14496-12 (MP4), RIFF, ID3v2.
    @Test(
        "the ending chooses the format, whatever its case, and the file begins as such files do",
        arguments: [
            ("ogg", "OggS", 0), ("oga", "OggS", 0), ("OPUS", "OggS", 0), ("mp4", "ftyp", 4), ("m4b", "ftyp", 4),
            ("wave", "RIFF", 0), ("weba", "\u{1A}E", 0), ("MP3", "ID3", 0), ("Peaks.json", "{\"version\":2,", 0),
            ("dat", "\u{2}\0\0\0\u{1}\0\0\0", 0), ("svg", "<svg ", 0), ("PNG", "PNG\r\n\u{1A}\n", 1),
        ])
    func endings(ending: String, magic: String, at offset: Int) async throws {
        try await TemporaryFolder.use { folder in
            let (file, out) = ("\(folder.path)/one.mp3", "\(folder.path)/clip.\(ending)")
            try await Sample.make(file, seconds: 5)
            let (exit, said) = try await cutroom(["clip", file, "--start", "1", "--duration", "1s", "-o", out])
            #expect(exit == .code(0), "\(said)")
            #expect(try await fileBytes(out).dropFirst(offset).starts(with: magic.utf8))
        }
    }

    @Test("an ending that Cutroom does not make, or that another format has, is refused with the list")
    func otherEndings() {
        for ending in ["wma", "amr", "aiff", "txt", "mp3 ", "json", "png.json"] {
            #expect(throws: OutputFormat.Refusal.self, "\(ending)") {
                try OutputFormat.chosen(for: "a/b.\(ending)", named: nil)
            }
        }
        #expect(throws: OutputFormat.Refusal.self) { try OutputFormat.chosen(for: "x.mp3", named: "wav") }
        #expect(throws: OutputFormat.Refusal.self) { try OutputFormat.chosen(for: "x.wma", named: "wav") }
        #expect(throws: OutputFormat.Refusal.self) { try OutputFormat.chosen(for: "x.mp3", named: "wma") }
        for (path, name, format) in [
            ("-", nil, "mp3"), ("x", nil, "mp3"), (".mp3", nil, "mp3"), ("a.ogg/x", nil, "mp3"),
            ("x.bin", "wav", "wav"),
            ("-", "WAV", "wav"), ("x.ogg", "opus", "opus"), ("x.json", "peaks", "peaks"),
            ("x.peaks.json", nil, "peaks"),
            ("x.peaks.json", "peaks-512-16-split", "peaks-512-16-split"),
            ("a.b/c.png", "png-320x64-dark", "png-320x64-dark"),
        ] as [(String, String?, String)] {
            #expect((try? OutputFormat.chosen(for: path, named: name))?.rawValue == format, "\(path)")
        }
    }

    @Test(
        "sound that is coded as nothing that clips are made of is refused by its codec's name",
        arguments: [
            ("speex", "ogg", ["-ar", "16000", "-c:a", "libspeex"]), ("ac3", "mp4", ["-c:a", "ac3"]),
            ("wmav2", "wav", ["-c:a", "wmav2"]), ("adpcm_g726", "wav", ["-ac", "1", "-ar", "8000", "-c:a", "g726"]),
            ("ac3", "mka", ["-c:a", "ac3"]),
        ])
    func otherCodecs(codec: String, ending: String, options: [String]) async throws {
        try await TemporaryFolder.use { folder in
            let file = "\(folder.path)/one.\(ending)"
            try await Sample.make(file, seconds: 5, options)
            let (exit, said) = try await cutroom(["clip", file, "--start", "1", "-o", "\(folder.path)/out.mp3"])
            #expect(exit == .code(1))
            #expect(said.contains("coded as \(codec),"), "\(said)")
        }
    }

    @Test(
        "the file that is read is never written over, by whatever name", arguments: ["same", "dotted", "link", "hard"])
    func ontoItself(_ way: String) async throws {
        try await TemporaryFolder.use { folder in
            let file = "\(folder.path)/one.mp3"
            try await Sample.make(file, seconds: 5)
            let before = try await fileBytes(file)
            var out = "\(folder.path)/two.mp3"
            switch way {
            case "same": out = file
            case "dotted": out = "\(folder.path)/./one.mp3"
            case "link": #expect(symlink(file, out) == 0)
            default: #expect(link(file, out) == 0)
            }
            let (exit, said) = try await cutroom(["clip", file, "--start", "1", "--duration", "1s", "-o", out])
            #expect(exit == .code(2))
            #expect(said.contains("is the file that is read"), "\(said)")
            #expect(try await fileBytes(file) == before)
        }
    }

    @Test("a link to another file stays a link, a device stays a device, and a name as long as names get is written")
    func places() async throws {
        try await TemporaryFolder.use { folder in
            let file = "\(folder.path)/one.mp3"
            try await Sample.make(file, seconds: 5)
            try folder.write("real.mp3", "old")
            let out = "\(folder.path)/link.mp3"
            #expect(symlink("real.mp3", out) == 0)
            let words = ["clip", file, "--start", "1", "--duration", "1s", "-o"]
            #expect(try await cutroom(words + [out]).exit == .code(0))
            var status = stat()
            #expect(lstat(out, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
            #expect(try await fileBytes("\(folder.path)/real.mp3").starts(with: "ID3".utf8))
            #expect(try await cutroom(words + ["/dev/null", "--format", "mp3"]).exit == .code(0))
            #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
            let long = "\(folder.path)/\(String(repeating: "n", count: 251)).mp3"
            #expect(try await cutroom(words + [long]).exit == .code(0))
            #expect(try await fileBytes(long).starts(with: "ID3".utf8))
        }
    }

    @Test("what can't be cut is called what it is, by clip and inspect alike")
    func reasons() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("empty.mp3", "")
            try folder.write("page.mp3", "<!DOCTYPE html><html><body>" + String(repeating: "sign in ", count: 2000))
            try folder.write("list.mp3", "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/a.ts\n")
            try folder.write("folder.mp3/keep", "")
            #expect(mkfifo("\(folder.path)/pipe.mp3", 0o600) == 0)
            #expect(symlink("nowhere", "\(folder.path)/link.mp3") == 0)
            try await Sample.make("\(folder.path)/whole.m4a", seconds: 5, ["-c:a", "aac"])
            // The index of an MP4 lies behind the sound, unless it was moved: half of it has none.
            try await Tool.run(
                "bash", ["-c", "head -c 30000 '\(folder.path)/whole.m4a' > '\(folder.path)/broken.m4a'"])
            for (name, words) in [
                ("empty.mp3", "is empty"), ("page.mp3", "a web page"), ("list.mp3", "a playlist"),
                ("folder.mp3", "is a folder"), ("pipe.mp3", "is a pipe"), ("link.mp3", "is a link to nothing"),
                ("gone.mp3", "there is no file"), ("broken.m4a", "an MP4 whose recording was broken off"),
            ] {
                let path = "\(folder.path)/\(name)"
                for command in [["clip", path, "--start", "1s", "-o", "\(folder.path)/out.mp3"], ["inspect", path]] {
                    let (exit, said) = try await cutroom(command)
                    #expect(exit == .code(1))
                    #expect(said.contains(words), "\(name): \(said)")
                    #expect(!said.contains("holds no audio"))
                }
            }
            #expect(access("\(folder.path)/out.mp3", F_OK) != 0)
        }
    }

    @Test("no name of a file moves the cursor, sets the title or turns the writing of a terminal")
    func names() {
        let name = "a\u{1B}]0;owned\u{7}\u{9B}2J\u{202E}3pm.mp3\n\u{61C}b"
        let shown = SafeName.of(name)
        #expect(!shown.unicodeScalars.contains { $0.properties.generalCategory == .control })
        #expect(!shown.unicodeScalars.contains { $0.properties.generalCategory == .format })
        #expect(SafeName.lines("one\u{1B}[1m\ntwo") == "one\\u{1b}[1m\ntwo")
        let json = JSONField.text(name).json
        #expect(json.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(json.contains(#"\u202e"#) && json.contains(#"\u001b"#) && json.contains(#"\u061c"#))
        #expect(JSONField.text("gewöhnlich").json == "\"gewöhnlich\"")
    }
}
