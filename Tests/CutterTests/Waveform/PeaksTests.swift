import Domain
import FoundationEssentials
import TestStack
import Testing

@testable import CutterService

/// What was computed by numpy, as `scripts/check-waveform` does it: the same formula gives, value by value, the files that
/// audiowaveform itself made of its `test_file_stereo.wav` (8 bits mono, 16 bits mono, 8 bits of each channel).
private let computed: [(variant: PeaksVariant, values: [Int16])] = [
    (.init(samplesPerPixel: .from256, bits: .eight, channels: .mono), [-127, 111, -39, 127, -20, 19]),
    (
        .init(samplesPerPixel: .from128, bits: .sixteen, channels: .mono),
        [-32767, 28601, -14569, 14177, -10095, 32767, -5648, 7171, -5279, 5118]
    ),
    (
        .init(samplesPerPixel: .from256, bits: .sixteen, channels: .split),
        [-32768, 31682, -32767, 32101, -9860, 32767, -10582, 32767, -5224, 5435, -5377, 5332]
    ),
    (.init(samplesPerPixel: .from512, bits: .eight, channels: .split), [-128, 127, -127, 127, -20, 21, -21, 20]),
]

@Suite("a waveform's data")
struct PeaksTests {
    /// Noise of the C standard's example of `rand`, softer every 100 moments, with both extremes in it.
    private static let noise: [Int16] = {
        var state: UInt32 = 1
        var samples = (0..<1200).map { place -> Int16 in
            state = (state &* 1_103_515_245 &+ 12_345) & 0x7FFF_FFFF
            return Int16((Int(state >> 15) - 32_768) / (1 + place / 2 / 100))
        }
        (samples[0], samples[1], samples[600], samples[601]) = (-32_768, -32_767, 32_767, 32_767)
        return samples
    }()

    private func sound(_ samples: [Int16], channels: Int = 2) throws -> PlainSound {
        try #require(PlainSound(wave: WaveBytes.of(samples, rate: 8_000, channels: channels)))
    }

    @Test(
        "are the least and the greatest of each so many samples, mixed or of each channel, as audiowaveform has them",
        arguments: computed)
    func values(variant: PeaksVariant, values: [Int16]) throws {
        let peaks = Peaks(try sound(Self.noise), variant)
        #expect(peaks.values == values)
        #expect(peaks.length == (600 + variant.samplesPerPixel.rawValue - 1) / variant.samplesPerPixel.rawValue)
    }

    /// audiowaveform's own `WaveformGeneratorTest`, `shouldComputeMaxAndMinValuesFromMonoInput` and `…StereoInput`, on its data
    /// up to the first edge, which is one of another grain there.
    @Test("keep the sign of a mean and round it towards zero")
    func rounding() throws {
        let variant = PeaksVariant(samplesPerPixel: .from512, bits: .sixteen, channels: .mono)
        var samples = [Int16](repeating: 0, count: 600)
        (samples[0], samples[1], samples[598], samples[599]) = (100, 102, -100, -102)
        #expect(Peaks(try sound(samples), variant).values == [-101, 101])
        (samples[0], samples[1], samples[598], samples[599]) = (2, 1, -2, -1)
        #expect(Peaks(try sound(samples), variant).values == [-1, 1])
        let eight = PeaksVariant(samplesPerPixel: .from512, bits: .eight, channels: .mono)
        (samples[0], samples[1], samples[598], samples[599]) = (511, 511, -511, -511)
        #expect(Peaks(try sound(samples), eight).values == [-1, 1])
    }

    /// The text as `WaveformBuffer::saveAsJson` writes it; the bytes by the table of audiowaveform's page on its data format.
    @Test("are written as audiowaveform's JSON and as its binary form, version 2")
    func written() throws {
        let variant = PeaksVariant(samplesPerPixel: .from256, bits: .eight, channels: .mono)
        let peaks = Peaks(try sound([512, -512, 1024, 1024, -513, -1], channels: 1), variant)
        #expect(
            String(decoding: peaks.json, as: UTF8.self)
                == #"{"version":2,"channels":1,"sample_rate":8000,"samples_per_pixel":256,"bits":8,"length":1,"data":[-2,4]}"#
                + "\n")
        #expect(
            peaks.binary == [2, 0, 0, 0, 1, 0, 0, 0, 0x40, 0x1F, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0xFE, 4])
        let split = PeaksVariant(samplesPerPixel: .from4096, bits: .sixteen, channels: .split)
        #expect(
            Peaks(try sound([1, -2, 3, 4]), split).binary == [
                2, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x1F, 0, 0, 0, 0x10, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 3, 0, 0xFE, 0xFF,
                4,
                0,
            ])
    }

    @Test("without sound there are none, nor of what is no plain sound")
    func none() {
        for file in [[], [1, 2, 3], Array("RIFF....WAVE".utf8), WaveBytes.of([], rate: 8_000, channels: 1)] {
            #expect(PlainSound(wave: file) == nil)
        }
        #expect(PlainSound(wave: FFmpegSound(silence: 10, rate: 8_000, channels: 1).wave) == nil, "32 bits")
    }
}

@Suite("the waveform of a clip")
struct ClipWaveformTests {
    /// The clip that is heard, decoded by ffmpeg: of an MP3 source the lossless MP3, else the WAV.
    @Test(
        "is that of the clip as ffmpeg decodes it, value by value and to its last sample",
        arguments: [
            FFmpegSamples.Kind.mp3, .vbr, .m4a, .opus, .flac, .wav,
        ])
    func same(kind: FFmpegSamples.Kind) async throws {
        let bench = try await MakerBench(try await FFmpegSamples.source(kind))
        let heard: ClipFormat = kind == .mp3 || kind == .vbr ? .mp3 : .wav
        for (start, length) in [(1_234, 2_000), (9_500, 4_000)] as [(Int32, Int32)] {
            let clip = try await bench.make(start, length, heard)
            let made = try await bench.make(
                start, length, .peaks(.init(samplesPerPixel: .from512, bits: .sixteen, channels: .split)))
            #expect(made.durationMs == clip.durationMs)
            let told = try WaveformData.decode(made.bytes)
            #expect((told.version, told.channels, told.samplesPerPixel, told.bits) == (2, 2, 512, 16))
            let samples = try await FFmpegSamples.decode(clip.bytes, rate: told.sampleRate).map { Int($0) }
            let expected = stride(from: 0, to: samples.count, by: 1024).flatMap { at -> [Int] in
                let pairs = samples[at..<min(at + 1024, samples.count)]
                return (0..<2).flatMap { channel -> [Int] in
                    let own = stride(from: at + channel, to: pairs.endIndex, by: 2).map { pairs[$0] }
                    return [own.min() ?? 0, own.max() ?? 0]
                }
            }
            #expect(told.data == expected)
            #expect(told.length == (samples.count / 2 + 511) / 512)
        }
    }

    @Test("past the end there is none, as there is no clip")
    func pastEnd() async throws {
        let bench = try await MakerBench(try await FFmpegSamples.source(.mp3))
        do throws(ClipFault) {
            let order: CutJob
            do { order = try await bench.order(60_000, 1_000, .peaks()) } catch {
                throw ClipFault(.internalError, "\(error)")
            }
            _ = try await bench.maker.make(order)
            Issue.record("made")
        } catch { #expect(error.reason == .startPastEnd) }
    }
}

/// RIFF/WAVE of 16 bits, written without the product's code.
enum WaveBytes {
    static func of(_ samples: [Int16], rate: Int, channels: Int) -> [UInt8] {
        var file = Array("RIFF".utf8)
        func append(_ number: Int, _ width: Int) {
            for place in 0..<width { file.append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
        }
        append(36 + 2 * samples.count, 4)
        file += Array("WAVEfmt ".utf8)
        for (number, width) in [
            (16, 4), (1, 2), (channels, 2), (rate, 4), (2 * rate * channels, 4), (2 * channels, 2), (16, 2),
        ] { append(number, width) }
        file += Array("data".utf8)
        append(2 * samples.count, 4)
        for sample in samples { append(Int(sample), 2) }
        return file
    }
}
