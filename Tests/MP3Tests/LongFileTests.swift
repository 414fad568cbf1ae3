import Glibc
import MP3Corpus
import Testing

@testable import MP3

/// Three hours, joined from one minute's frames over and over.
@Suite("Three hours")
struct LongFileTests {
    /// Speech, something like music, and silence, by turns, none of it twice.
    static let material = Source("varied-five-minutes") {
        let out = Files.unique("making") + ".wav"
        defer { unlink(out) }
        var words = ["ffmpeg", "-v", "error", "-nostdin"]
        var chain = ""
        for part in 0..<10 {
            let text = (0..<60).map { String(($0 * 7919 + part * 104_729) % 9_973) }.joined(separator: " ")
            words += ["-f", "lavfi", "-t", "18", "-i", "flite=voice=slt:text='\(text)'"]
            let pitch = 180 + part * 37
            let chord =
                "0.2*sin(2*PI*t*\(pitch)*(1+0.2*floor(mod(t*2,5))))+0.15*sin(2*PI*t*\(pitch * 3 / 2))*abs(sin(t*3))"
                + "+0.1*(random(0)-0.5)*exp(-8*mod(t,0.5))"
            words += ["-f", "lavfi", "-t", "10", "-i", "aevalsrc='\(chord)':s=44100"]
            chain += "[\(part * 2):a]aresample=44100,apad=whole_dur=20[s\(part)];"
        }
        let order = (0..<10).map { "[s\($0)][\($0 * 2 + 1):a]" }.joined()
        chain += "\(order)concat=n=20:v=0:a=1,aformat=channel_layouts=stereo"
        try Program.run(words + ["-filter_complex", chain, "-c:a", "pcm_s16le", "-f", "wav", "-y", out])
        return try Files.read(out)
    }

    private static func encoded(_ name: String, _ options: String...) -> Source {
        Source("varied-\(name)") {
            _ = try material.bytes()
            let out = Files.unique("making") + ".mp3"
            defer { unlink(out) }
            // By its name LAME would take the file for an MP3.
            try Program.run(["lame", "--quiet", "-q", "7"] + options + ["-", out], input: material.path)
            return try Files.read(out)
        }
    }

    static let kinds = [
        encoded("v0", "-V", "0"), encoded("v2", "-V", "2"), encoded("v5", "-V", "5"), encoded("v9", "-V", "9"),
        encoded("abr", "--abr", "128"),
    ]

    @Test(
        "of variable bitrate: a layout of 64 KiB, scanned in bounded memory, and the same cost everywhere",
        arguments: kinds)
    func variable(source: Source) async throws {
        try await Work.run {
            let file = shuffled(try source.bytes())
            var reading = Reading()
            let layout = try reading.layout(file, ranges: 8, chunk: 1 << 20)
            #expect(layout.duration > .seconds(3 * 3600 - 5))
            let stored = layout.encoded()
            guard case .indexed(let index) = layout.map else {
                Issue.record("not indexed")
                return
            }
            print(
                "three hours of \(source.name): \(file.count) bytes, \(stored.count) stored, a checkpoint every "
                    + "\(index.spacing) frames, \(layout.footprint) in memory")
            #expect(stored.count <= 65_536)
            #expect(layout.footprint <= 1 << 19)
            // A cut reads on to the next checkpoint, by chance a few frames more or fewer.
            try sameEverywhere(layout, file, within: 0.02)
            try cheapAnywhere(layout, file)
        }
    }

    /// Three hours of a few frames each from anywhere in the five minutes: whole repeats would be packed away by zlib, as
    /// no episode is. Bitrates jump more than in any episode, so a real one's layout is smaller.
    private func shuffled(_ part: [UInt8]) -> [UInt8] {
        let frames = Surgery.frames(part)
        var dice = Dice(seed: Dice.seed)
        var file = Array(part[..<frames[1]])
        var left = ThreeHours.seconds * 44_100 / 1152 + 1
        while left > 0 {
            let count = min(left, 4 + Int(dice.next() % 13))
            let first = 1 + Int(dice.next() % UInt64(frames.count - count - 2))
            file += part[frames[first]..<frames[first + count]]
            left -= count
        }
        return file
    }

    /// With only the plan's range of the source: one read is always enough.
    private func cheapAnywhere(_ layout: Layout, _ file: [UInt8]) throws {
        var dice = Dice(seed: Dice.seed)
        var worst = 0.0
        for _ in 0..<40 {
            let start = Duration.milliseconds(Int(dice.next() % UInt64(10_700_000)))
            let length = Duration.seconds([15, 30, 60][Int(dice.next() % 3)])
            guard case .lossless(let plan) = CutPlan.make(layout, start: start, length: length) else {
                Issue.record("no lossless plan")
                return
            }
            let clip = try plan.cut(Array(file[plan.range]))
            worst = max(worst, Double(plan.range.count - 8_192) / Double(clip.body.count))
            let most = clip.body.count * 105 / 100 + 8_192
            #expect(plan.range.count <= most, "\(start) + \(length)")
        }
        print("    worst of 40: \(worst) times the clip and 8 KiB")
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

    private func sameEverywhere(_ layout: Layout, _ file: [UInt8], within limit: Double = 0.01) throws {
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
        #expect(costs.max()! - costs.min()! <= limit, "bytes read per byte of the clip: \(costs)")
    }
}
