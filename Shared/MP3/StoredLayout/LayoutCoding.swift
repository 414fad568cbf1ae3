/// The order in which a layout's numbers are stored. To change it is to raise `StoredLayout.version`.
extension Layout {
    /// No file is larger: 2^46 bytes keep every product of a place and a sample rate inside 64 bits.
    static let largestFile = 1 << 46

    func write(to writer: inout VarintWriter) {
        writer.write(source.etag)
        writer.write(source.size)
        writer.write(audio.lowerBound)
        writer.write(audio.upperBound)
        InfoTag.write(tag, to: &writer)
        findings.write(to: &writer)
        switch map {
        case .constant(let rate):
            writer.write(0)
            for number in [Int(rate.format.key), rate.kbps, rate.frames] { writer.write(number) }
        case .indexed(let index):
            writer.write(1)
            index.write(to: &writer)
        }
    }

    init(reading reader: inout VarintReader) throws(StoredLayoutFault) {
        let etag = try reader.readText(atMost: 4096)
        let size = try reader.read(in: 1...Self.largestFile)
        let start = try reader.read(in: 0...size)
        let audio = start..<(try reader.read(in: start...size))
        let tag = try InfoTag.read(from: &reader)
        let findings = try Findings(reading: &reader)
        let map: Map
        if try reader.read(in: 0...1) == 0 {
            let format = try FrameFormat(reading: &reader)
            let kbps = try reader.read(in: 8...320)
            let frames = try reader.read(in: 1...FrameIndex.mostFrames)
            guard
                let rate = ConstantRate(
                    format: format, kbps: kbps, data: audio.lowerBound, end: audio.upperBound, frames: frames)
            else { throw .malformed }
            map = .constant(rate)
        } else {
            map = .indexed(try FrameIndex(reading: &reader, audio: audio))
        }
        let version = SourceVersion(etag: etag, size: size)
        guard let layout = try? Layout(source: version, tag: tag, findings: findings, audio: audio, map: map) else {
            throw .malformed
        }
        self = layout
    }
}

extension FrameFormat {
    fileprivate init(reading reader: inout VarintReader) throws(StoredLayoutFault) {
        guard let format = FrameFormat(key: UInt32(try reader.read(in: 0...Int(UInt32.max)))) else {
            throw .malformed
        }
        self = format
    }
}

extension FrameIndex {
    func write(to writer: inout VarintWriter) {
        writer.write(spacing)
        writer.write(runs.count)
        var place = 0
        for run in runs {
            for number in [Int(run.format.key), run.start - place, run.frames, run.end - run.start] {
                writer.write(number)
            }
            place = run.end
            var previous = 0
            for span in run.spans {
                writer.writeSigned(Int(span) - previous)
                previous = Int(span)
            }
        }
    }

    init(reading reader: inout VarintReader, audio: Range<Int>) throws(StoredLayoutFault) {
        spacing = try reader.read(in: 1...Self.widestSpacing)
        let count = try reader.read(in: 1...Self.mostRuns)
        var runs: [Run] = []
        var place = 0
        var frames = 0
        for _ in 0..<count {
            let run = try Self.run(from: &reader, behind: place, spacing: spacing, firstFrame: frames)
            guard run.start >= audio.lowerBound, run.end <= audio.upperBound, run.frameEnd <= Self.mostFrames else {
                throw .malformed
            }
            place = run.end
            frames = run.frameEnd
            runs.append(run)
        }
        self.runs = runs
    }

    private static func run(
        from reader: inout VarintReader, behind place: Int, spacing: Int, firstFrame: Int
    ) throws(StoredLayoutFault) -> Run {
        let format = try FrameFormat(reading: &reader)
        let start = place + (try reader.read(in: 0...Layout.largestFile))
        let frames = try reader.read(in: 1...mostFrames)
        let bytes = try reader.read(in: frames * format.shortestFrame...frames * format.longestFrame)
        var spans: [UInt16] = []
        var left = bytes
        var previous = 0
        for _ in 0..<frames / spacing {
            let span = previous + (try reader.readSigned())
            guard (spacing * format.shortestFrame...spacing * format.longestFrame).contains(span), span <= left else {
                throw .malformed
            }
            spans.append(UInt16(span))
            left -= span
            previous = span
        }
        let rest = frames % spacing
        guard (rest * format.shortestFrame...rest * format.longestFrame).contains(left) else { throw .malformed }
        return Run(
            format: format, firstFrame: firstFrame, start: start, frames: frames, end: start + bytes, spans: spans)
    }
}

extension InfoTag {
    fileprivate static func write(_ tag: InfoTag?, to writer: inout VarintWriter) {
        guard let tag else { return writer.write(0) }
        writer.write(1 + (Kind.allCases.firstIndex(of: tag.kind) ?? 0))
        writer.write(tag.frames.map { $0 + 1 } ?? 0)
        writer.write(tag.bytes.map { $0 + 1 } ?? 0)
        writer.write(tag.encoder ?? "")
        writer.write(tag.gapless.map { ($0.delay << 12 | $0.padding) + 1 } ?? 0)
    }

    fileprivate static func read(from reader: inout VarintReader) throws(StoredLayoutFault) -> InfoTag? {
        let kind = try reader.read(in: 0...Kind.allCases.count)
        guard kind > 0 else { return nil }
        let frames = try reader.read(in: 0...1 << 32)
        let bytes = try reader.read(in: 0...1 << 32)
        let encoder = try reader.readText(atMost: 9)
        let both = try reader.read(in: 0...1 << 24)
        return InfoTag(
            kind: Kind.allCases[kind - 1], frames: frames > 0 ? frames - 1 : nil, bytes: bytes > 0 ? bytes - 1 : nil,
            encoder: encoder.isEmpty ? nil : encoder,
            gapless: both > 0 ? Gapless(delay: (both - 1) >> 12, padding: (both - 1) & 0xFFF) : nil)
    }
}

extension Findings {
    fileprivate static let numbers: [WritableKeyPath<Findings, Int> & Sendable] = [
        \.headTags, \.headTagBytes, \.junkBeforeAudio, \.tailTagBytes, \.gaps, \.junkBytes, \.tagsBetween,
        \.tagBytesBetween, \.tagFramesBetween, \.protectedFrames, \.slowest, \.fastest, \.mean,
    ]

    fileprivate func write(to writer: inout VarintWriter) {
        for number in Self.numbers { writer.write(self[keyPath: number]) }
        writer.write(lastFrameCutOff ? 1 : 0)
        writer.write(tailTags.joined(separator: "\n"))
    }

    fileprivate init(reading reader: inout VarintReader) throws(StoredLayoutFault) {
        self.init()
        for number in Self.numbers { self[keyPath: number] = try reader.read(in: 0...Layout.largestFile) }
        lastFrameCutOff = try reader.read(in: 0...1) == 1
        tailTags = try reader.readText(atMost: 256).split(separator: "\n").map(String.init)
    }
}
