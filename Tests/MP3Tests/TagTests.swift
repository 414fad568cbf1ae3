import MP3Corpus
import Testing

@testable import MP3

@Suite("Tags around the audio")
struct TagTests {
    @Test("an ID3v2 tag is as long as its header says, with its footer")
    func id3v2() {
        let tag = Surgery.id3v2([UInt8](repeating: 0xFF, count: 300), footer: true)
        #expect(tag.count == 320)
        #expect(ID3v2.size(in: Window(tag, at: 5), at: 5) == 320)
        #expect(ID3v2.size(in: Window(Array(tag.prefix(9)), at: 0), at: 0) == nil)
        var broken = tag
        broken[7] = 0x80
        #expect(ID3v2.size(in: Window(broken, at: 0), at: 0) == nil)
    }

    /// Each tail, and what the measuring must say of it.
    @Test(
        "tags behind the audio are counted together",
        arguments: [
            ([], 0), (Surgery.id3v1(), 128), (Surgery.ape([1, 2, 3]) + Surgery.id3v1(), 3 + 64 + 128),
            (Surgery.ape([1, 2, 3], header: false), 35), (Surgery.lyrics3v2("[00:01]la") + Surgery.id3v1(), 35 + 128),
            (Surgery.lyrics3v1("la") + Surgery.id3v1(), 22 + 128),
            (Surgery.ape([9]) + Surgery.lyrics3v2("") + Surgery.id3v1(), 65 + 26 + 128),
            (Surgery.id3v2([1, 2, 3], footer: true), 23),
            (Array("APETAGEX".utf8) + [UInt8](repeating: 0xFF, count: 24), 0),
        ] as [([UInt8], Int)])
    func tail(tail: [UInt8], size: Int) throws {
        let file = [UInt8](repeating: 0x55, count: 1000) + tail
        guard case .tags(let tags) = try TailTags.measure(in: Window(file, at: 0), floor: 100) else {
            Issue.record("asks for more than the whole file")
            return
        }
        #expect(tags.size == size)
    }

    @Test("a tail is asked for piece by piece, and never before the audio")
    func pieces() throws {
        let file =
            [UInt8](repeating: 0x55, count: 9000) + Surgery.lyrics3v1(String(repeating: "la", count: 2000))
            + Surgery.id3v1()
        var start = file.count - 200
        var asked = 0
        while true {
            switch try TailTags.measure(in: Window(Array(file[start...]), at: start), floor: 8000) {
            case .wants(let range):
                #expect(range.upperBound == start && range.lowerBound >= 8000 && !range.isEmpty)
                start = range.lowerBound
                asked += 1
            case .tags(let tags):
                #expect(tags.size == file.count - 9000)
                #expect(asked == 2)
                return
            }
        }
    }

    @Test("tags without end are refused")
    func endless() {
        let file = [UInt8](repeating: 0, count: 100) + [[UInt8]](repeating: Surgery.id3v1(), count: 20).flatMap { $0 }
        #expect(throws: MP3Refusal.tooManyTags) { try TailTags.measure(in: Window(file, at: 0), floor: 0) }
    }

    /// Truth: the checksums that LAME itself wrote.
    @Test("LAME's tag is read, and its checksums are ours", arguments: [Corpus.cbr128, Corpus.v2])
    func lame(source: Source) async throws {
        try await Work.run {
            let file = try source.bytes()
            let window = Window(file, at: 0)
            let header = try #require(FrameHeader(file))
            let tag = try #require(InfoTag(in: window, at: 0, header: header))
            #expect(tag.kind == (source.name == "v2" ? .xing : .info))
            #expect(tag.encoder == "LAME3.100")
            #expect(tag.gapless?.delay == 576)
            #expect(tag.bytes == file.count)
            #expect(tag.frames == Surgery.frames(file).count - 1)
            var own = TagCRC()
            own.add(Array(file[..<190]))
            #expect(window.bigEndian16(at: 190) == Int(own.value))
            var music = TagCRC()
            music.add(Array(file[header.length...]))
            #expect(window.bigEndian16(at: 188) == Int(music.value))
        }
    }

    @Test("a frame's CRC is the one that LAME wrote")
    func frameCRC() async throws {
        try await Work.run {
            let file = try Corpus.plain.first { $0.name == "cbr128-crc" }!.bytes()
            for place in Surgery.frames(file).dropFirst().prefix(50) {
                var crc = FrameCRC()
                crc.add(file[place + 2..<place + 4])
                crc.add(file[place + 6..<place + 38])
                #expect(Int(crc.value) == Window(file, at: 0).bigEndian16(at: place + 4))
            }
        }
    }

    @Test("VBRI is known, Xing without LAME's part has no delay, and a torn tag has what is left of it")
    func others() throws {
        var frame = [UInt8](repeating: 0, count: 417)
        frame.replaceSubrange(0..<4, with: [0xFF, 0xFB, 0x90, 0x64])
        let header = try #require(FrameHeader(frame))
        var vbri = frame
        vbri.replaceSubrange(36..<54, with: Array("VBRI".utf8) + [0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0])
        #expect(
            InfoTag(in: Window(vbri, at: 0), at: 0, header: header)
                == InfoTag(kind: .vbri, frames: 512, bytes: 256, encoder: nil, gapless: nil))
        var xing = frame
        xing.replaceSubrange(36..<48, with: Array("Xing".utf8) + [0, 0, 0, 1, 0, 0, 0, 9])
        #expect(
            InfoTag(in: Window(xing, at: 0), at: 0, header: header)
                == InfoTag(kind: .xing, frames: 9, bytes: nil, encoder: nil, gapless: nil))
        #expect(InfoTag(in: Window(Array(xing.prefix(45)), at: 0), at: 0, header: header)?.frames == nil)
        #expect(InfoTag(in: Window(frame, at: 0), at: 0, header: header) == nil)
    }
}
