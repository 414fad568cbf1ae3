import Domain
import TestStack
import Testing

@testable import CutterService

@Suite("a picture of the waveform")
struct WaveformPictureTests {
    /// Silence, then full scale, then a ramp.
    private static let sound: PlainSound? = {
        var samples = [Int16](repeating: 0, count: 3_000)
        for place in 0..<3_000 { samples.append(place % 2 == 0 ? Int16.min : Int16.max) }
        for place in 0..<3_001 { samples.append(Int16(place * 10)) }
        return PlainSound(wave: WaveBytes.of(samples, rate: 8_000, channels: 1))
    }()

    private func picture(_ variant: PictureVariant) throws -> WaveformPicture {
        WaveformPicture(try #require(Self.sound), variant)
    }

    /// ffmpeg reads the file, and its pixels are compared with the columns.
    @Test("is a PNG that shows each column in two colours", arguments: PictureVariant.allCases)
    func png(variant: PictureVariant) async throws {
        let picture = try picture(variant)
        let file = try TemporaryFile(holding: try #require(picture.png), suffix: ".png")
        let words = ["-v", "error", "-xerror", "-i", file.path, "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"]
        let pixels = try await Tool.run("ffmpeg", words)
        let (width, height) = (variant.size.width, variant.size.height)
        #expect(pixels.count == 4 * width * height)
        let (wave, ground): ([UInt8], [UInt8]) =
            switch variant.colors {
            case .light: ([0x3F, 0x4D, 0x9B, 255], [255, 255, 255, 255])
            case .dark: ([0x86, 0xFC, 0xC7, 255], [0x12, 0x16, 0x1C, 255])
            case .clear: ([0x80, 0x86, 0x90, 255], [0, 0, 0, 0])
            }
        var wrong = 0
        for row in 0..<height {
            for column in 0..<width {
                let place = 4 * (row * width + column)
                let pixel = pixels[place..<place + 4]
                if !pixel.elementsEqual(picture.columns[column].contains(row) ? wave : ground) { wrong += 1 }
            }
        }
        #expect(wrong == 0)
    }

    @Test("is an SVG of the same rectangles, which Python's parser reads", arguments: PictureVariant.allCases)
    func svg(variant: PictureVariant) async throws {
        let picture = try picture(variant)
        let read = """
            import re, sys
            import xml.etree.ElementTree as tree
            root = tree.fromstring(sys.stdin.buffer.read())
            paths = root.findall("{http://www.w3.org/2000/svg}path")
            print(root.get("width"), root.get("height"), root.get("viewBox"), len(paths))
            for part in re.findall("[^Mz]+", paths[-1].get("d")): print(*re.findall("-?[0-9]+", part))
            """
        let told = String(
            decoding: try await Tool.run("python3", ["-c", read], input: picture.svg), as: UTF8.self
        ).split(separator: "\n")
        let (width, height) = (variant.size.width, variant.size.height)
        let paths = variant.colors == .clear ? 1 : 2
        #expect(told.first.map(String.init) == "\(width) \(height) 0 0 \(width) \(height) \(paths)")
        #expect(
            told.dropFirst().map(String.init)
                == picture.columns.enumerated().map { "\($0) \($1.lowerBound) 1 \($1.count) -1" })
    }

    /// By hand: row ⌊(32,767 − sample) × height ÷ 65,536⌋, and thirds of the width.
    @Test("shows silence as a line in the middle, full scale as the whole height, and all of the clip")
    func columns() throws {
        let picture = try picture(.init(size: .small, colors: .light))
        #expect(picture.columns.count == 320)
        #expect(picture.columns[0...105].allSatisfy { $0 == 31...31 })
        #expect(picture.columns[107...212].allSatisfy { $0 == 0...63 })
        #expect(picture.columns[319].lowerBound == 2, "30,000 of 32,768")
        #expect(zip(picture.columns[214...], picture.columns[215...]).allSatisfy { $0.lowerBound >= $1.lowerBound })
    }

    @Test("of fewer samples than columns shows each of them as often as it fits")
    func short() throws {
        let sound = try #require(PlainSound(wave: WaveBytes.of([.min, .max], rate: 8_000, channels: 1)))
        let picture = WaveformPicture(sound, .standard)
        #expect(picture.columns[0..<320].allSatisfy { $0 == 127...127 })
        #expect(picture.columns[320..<640].allSatisfy { $0 == 0...0 })
    }
}
