import Testing

@testable import Domain

@Suite("formats and their variants")
struct ClipFormatTests {
    @Test("one variant has one word, which reads back, in clip ids and object keys too")
    func words() throws {
        #expect(ClipFormat.variants.count == 5 + 2 * 24 + 2 * 9 + 3)
        #expect(Set(ClipFormat.variants.map(\.rawValue)).count == ClipFormat.variants.count)
        for format in ClipFormat.variants {
            #expect(ClipFormat(rawValue: format.rawValue) == format)
            let id = "507f1f77bcf86cd799439011/0-1.\(format.rawValue)"
            #expect(try ClipID(parsing: id).format == format)
            #expect(try ClipID(parsing: id).description == id)
            let key = "audio_clips/507f1f77bcf86cd799439011/0-1_v2-1a2b3c4d.\(format.rawValue)"
            #expect(ObjectKey(parsing: key)?.format == format)
            #expect(ObjectKey(parsing: key)?.description == key)
        }
        #expect(
            ClipFormat.peaks(.init(samplesPerPixel: .from512, bits: .sixteen, channels: .split)).rawValue
                == "peaks-512-16-split")
        #expect(ClipFormat.png(.init(size: .small, colors: .dark)).rawValue == "png-320x64-dark")
    }

    @Test(
        "a word of another form is none",
        arguments: [
            "", "peaks-", "peaks-256-8-mono", "peaks-256", "peaks-300-8-mono", "peaks-512-8-Mono", "peaks-0512-8-mono",
            "mp3-320x64-dark", "png-640x128-light", "png-512-8-mono", "svg-320x65-dark", "PEAKS", "dat-512-8-mono-",
        ])
    func none(word: String) {
        #expect(ClipFormat(rawValue: word) == nil)
        #expect(ClipFormat(named: word) == nil)
    }

    @Test("a key belongs to the ids of its own variant alone")
    func belonging() throws {
        let key = try #require(
            ObjectKey(parsing: "audio_clips/507f1f77bcf86cd799439011/0-1_v2-1a2b3c4d.peaks-512-8-mono"))
        #expect(try key.belongs(to: ClipID(parsing: "507f1f77bcf86cd799439011/0-1.peaks-512-8-mono")))
        #expect(try !key.belongs(to: ClipID(parsing: "507f1f77bcf86cd799439011/0-1.peaks")))
        #expect(try !key.belongs(to: ClipID(parsing: "507f1f77bcf86cd799439011/0-1.dat-512-8-mono")))
    }

    @Test("only sound is chosen by Accept, and each format is known by its name")
    func names() {
        #expect(ClipFormat.audio.map(\.name) == ["mp3", "opus", "webm", "m4a", "wav"])
        for format in ClipFormat.variants {
            #expect(ClipFormat(named: format.name) == format.standard)
            #expect(format.standard.rawValue == format.name)
        }
    }

    @Test("a file's name tells the episode, the place and the format")
    func fileNames() throws {
        let key = try #require(
            ObjectKey(parsing: "audio_clips/507f1f77bcf86cd799439011/3723000-3730000_v2-1a2b3c4d.peaks"))
        #expect(key.fileName(title: "Täglich") == "Täglich 1h02m03s.peaks.json")
        #expect(key.fileName(title: nil) == "507f1f77bcf86cd799439011 1h02m03s.peaks.json")
    }

    /// 100,000 of each are in a gateway's table.
    @Test("a format takes no more than the padding that ids and keys had")
    func size() {
        #expect(MemoryLayout<ObjectKey>.stride == 40)
        #expect(MemoryLayout<ClipFormat>.size <= 4)
    }
}
