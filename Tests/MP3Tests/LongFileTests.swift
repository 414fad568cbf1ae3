import Glibc
import MP3Corpus
import Testing

@testable import MP3

/// Three hours, joined from one minute's frames over and over.
@Suite("Three hours")
struct LongFileTests {
    /// Ten minutes whose loudness never comes back to the same place, by ffmpeg, which is quicker at it than LAME's own
    /// program.
    static let tenMinutes = Source("ten-minutes-v2") {
        let out = Files.unique("making") + ".mp3"
        defer { unlink(out) }
        let sound =
            "anoisesrc=c=pink:seed=3:d=600:r=44100:a=0.9,volume='0.01+abs(sin(t*t*0.003)*sin(t*0.71))':eval=frame,"
            + "aformat=channel_layouts=stereo"
        try Program.run(
            [
                "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", sound, "-q:a", "2", "-compression_level", "9",
                "-id3v2_version", "0",
                "-y", out,
            ])
        return try Files.read(out)
    }

    @Test("of variable bitrate: a layout of 64 KiB, and the same cost everywhere")
    func variable() async throws {
        try await Work.run {
            let part = try Self.tenMinutes.bytes()
            let frames = Surgery.frames(part)
            // Every repeat begins a frame later, so that no group of frames comes again.
            var file = Array(part[..<frames[1]])
            var count = 0
            for number in 1...18 {
                file += part[frames[number]...]
                count += frames.count - number
            }
            var reading = Reading()
            let layout = try reading.layout(file, ranges: 8, chunk: 1 << 20)
            #expect(layout.duration > .seconds(3 * 3600 - 5))
            #expect(layout.frames == count)
            let stored = layout.encoded()
            print("three hours: \(stored.count) bytes stored, \(layout.footprint) in memory")
            #expect(stored.count <= 65_536)
            #expect(layout.footprint <= 1 << 19)
            try sameEverywhere(layout, file)
        }
    }

    @Test("of constant bitrate: no scan at all")
    func constant() async throws {
        try await Work.run {
            let hours = 3 * 3600
            let source = Source.lame("minute-48k", seconds: 60, seed: 1, "-b", "128", "--resample", "48", "-t")
            // At 48 kHz every frame has 384 bytes, so that minutes can be joined and the tag's counters set by hand.
            let minute = try source.bytes()
            let frames = Surgery.frames(minute)
            var body: [UInt8] = []
            for _ in 0..<180 { body += minute[..<(frames.count * 384)] }
            let header = try #require(FrameHeader(minute))
            let writer = InfoTagWriter(
                model: header, isConstant: true, delay: 576, padding: 1000,
                lengths: [Int](repeating: 384, count: frames.count * 180))
            var tag = writer.published([])
            let total = tag.count + body.count
            let field = header.tagOffset + 12
            for i in 0..<4 { tag[field + i] = UInt8(truncatingIfNeeded: total >> (24 - 8 * i)) }
            let file = tag + body
            var reading = Reading()
            let layout = try reading.layout(file)
            #expect(layout.isProvenConstant && reading.requests == 2 && reading.bytesRead == 16_384 + 512)
            #expect(layout.duration >= .seconds(hours))
            #expect(layout.encoded().count < 300)
            try sameEverywhere(layout, file)
        }
    }

    private func sameEverywhere(_ layout: Layout, _ file: [UInt8]) throws {
        var costs: [Double] = []
        for minute in [1, 90, 178] {
            for length in [15, 30, 60] {
                let start = Duration.seconds(minute * 60) + .milliseconds(333)
                guard case .lossless(let plan) = CutPlan.make(layout, start: start, length: .seconds(length)) else {
                    Issue.record("no lossless plan")
                    return
                }
                let clip = try Reading.cut(plan, file)
                #expect(plan.range.count <= clip.bytes(.published).count * 105 / 100 + 8192)
                if length == 30 { costs.append(Double(plan.range.count) / Double(clip.body.count)) }
            }
        }
        #expect(costs.max()! - costs.min()! <= 0.01, "bytes read per byte of the clip: \(costs)")
    }
}
