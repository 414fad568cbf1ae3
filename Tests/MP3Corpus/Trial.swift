import MP3

/// One bent file taken through everything that Cutroom does with an MP3: layout, its stored form, and a cut.
///
/// The same seed and number always make the same trial.
package struct Trial: Sendable {
    /// Something that must never happen, whatever the bytes are.
    package struct Wrong: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// How it ended.
    package struct Outcome: Sendable {
        /// `clip`, or why there is none.
        package let name: String
        /// What was met in the file.
        package let oddities: [String]
        package let clips: [DecoderPiece]
        /// Samples that the pieces are to play.
        package let lossless: LosslessClip?
    }

    package let file: [UInt8]
    package let start: Duration
    package let length: Duration
    private var dice: Dice

    package init(seed: UInt64, number: Int, files: [[UInt8]]) {
        var dice = Dice(seed: seed &+ UInt64(truncatingIfNeeded: number) &* 0x1_0000_0001)
        file = Mutation.bend(files, &dice)
        start = .milliseconds(Int(dice.next() % 16_000) * Int(dice.next() % 2))
        length = .milliseconds(1 + Int(dice.next() % (dice.next() % 2 == 0 ? 60 : 4_000)))
        self.dice = dice
    }

    /// A recorded file.
    package init(file: [UInt8], start: Duration, length: Duration) {
        self.file = file
        self.start = start
        self.length = length
        dice = Dice(seed: 1)
    }

    /// - Throws: `Wrong`.
    package func run() throws -> Outcome {
        var dice = dice
        do {
            let layout = try Reading.layout(file)
            try Self.check(layout, file)
            if dice.next() % 2 == 0 { try compareScans(&dice) }
            return try cut(layout)
        } catch let refusal as MP3Refusal {
            return Outcome(name: refusal.slug, oddities: [], clips: [], lossless: nil)
        } catch let fault as CutFault {
            // The layout was made of these very bytes, so they can't disprove it, nor can they be too few.
            throw Wrong(description: fault.slug)
        }
    }

    private static func check(_ layout: Layout, _ file: [UInt8]) throws {
        guard try Layout(decoding: layout.encoded()) == layout else {
            throw Wrong(description: "the stored layout is another one")
        }
        guard layout.audio.lowerBound >= 0, layout.audio.upperBound <= file.count, layout.duration > .zero else {
            throw Wrong(description: "the layout reaches beyond the file")
        }
    }

    /// In one piece with chunks of any size, and in several ranges that have to meet.
    private func compareScans(_ dice: inout Dice) throws {
        let chunk = 1 + Int(dice.next() % 20_000)
        let whole = try Reading.layout(file, chunk: chunk, alwaysScans: true)
        let ranges = 1 + Int(dice.next() % 6)
        let parallel = try Reading.layout(file, ranges: ranges, shortest: 1, chunk: 7_777, alwaysScans: true)
        guard parallel.parts == whole.parts, parallel.findings == whole.findings else {
            throw Wrong(description: "\(ranges) ranges found another layout than one")
        }
        try Self.check(parallel, file)
        _ = parallel.description
    }

    private func cut(_ layout: Layout) throws -> Outcome {
        let oddities = layout.findings.names + (layout.parts.count > 1 ? ["parts"] : [])
        switch CutPlan.make(layout, start: start, length: length) {
        case .pastEnd: return Outcome(name: "past-end", oddities: oddities, clips: [], lossless: nil)
        case .tooManyChanges: return Outcome(name: "too-many-changes", oddities: oddities, clips: [], lossless: nil)
        case .lossless(let plan):
            let clip = try plan.cut(try bytes(plan.range))
            try Self.check(clip, plan, layout)
            return Outcome(name: "clip", oddities: oddities, clips: [], lossless: clip)
        case .reencode(let plan):
            let pieces = try plan.cut(try bytes(plan.range))
            return Outcome(name: plan.reason.rawValue, oddities: oddities, clips: pieces, lossless: nil)
        }
    }

    private func bytes(_ range: Range<Int>) throws -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= file.count, !range.isEmpty else {
            throw Wrong(description: "the plan reads \(range) of \(file.count) bytes")
        }
        return Array(file[range])
    }

    private static func check(_ clip: LosslessClip, _ plan: CutPlan, _ layout: Layout) throws {
        guard (0...4095).contains(clip.delay), (0...4095).contains(clip.padding), clip.sampleCount > 0 else {
            throw Wrong(description: "delay \(clip.delay), padding \(clip.padding), \(clip.sampleCount) samples")
        }
        // The clip is an MP3 whose frames fill it from the first byte to the last.
        let published = clip.bytes(.published)
        guard Surgery.frames(published).count == clip.frames + 1, clip.bytes(.piped).count > clip.body.count else {
            throw Wrong(description: "\(clip.frames) frames do not fill the clip")
        }
        let most = published.count + published.count / 20 + 8_192
        guard plan.range.count <= most || layout.findings.gaps > 0 else {
            throw Wrong(description: "\(plan.range.count) bytes are read for a clip of \(published.count)")
        }
    }
}

extension Findings {
    /// What is odd, by name.
    fileprivate var names: [String] {
        let all: [(String, Bool)] = [
            ("head-tags", headTags > 0), ("junk-in-front", junkBeforeAudio > 0), ("gaps", gaps > 0),
            ("tags-between", tagsBetween > 0), ("tag-frames-between", tagFramesBetween > 0),
            ("cut-off", lastFrameCutOff), ("crc", protectedFrames > 0), ("variable", slowest != fastest),
        ]
        return all.filter(\.1).map(\.0) + tailTags
    }
}
