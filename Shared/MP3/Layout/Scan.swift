/// The one pass over a file that has no arithmetic: which ranges to stream through scanners, and how their findings meet.
///
///     let scanned = ranges.map { range in … RangeScanner(range), feed(chunk) …, finish() }  // in parallel
///     while true {
///         switch try scan.join(scanned) {
///         case .layout(let layout): return layout
///         case .rescan(let range): scanned[range.number] = …
///         }
///     }
public struct Scan: Sendable {
    /// Bytes that a scanner reads into its right neighbour's range, to say where the chain of frames goes on.
    static let overlap = 8192

    let source: SourceVersion
    let tag: InfoTag?
    let findings: Findings
    /// The bytes to be scanned.
    public let audio: Range<Int>
    let format: FrameFormat

    public enum Joined: Sendable {
        case layout(Layout)
        /// The chains did not meet: this range has to be scanned again, from where its left neighbour's ended.
        case rescan(ScanRange)
    }

    /// Whether a stored layout can be what this scan would give: the head and the tail, which were just read, say the same.
    /// One that was written by a version that read them in another way is not.
    public func mayGive(_ layout: Layout) -> Bool {
        layout.source == source && layout.tag == tag && layout.audio == audio && !layout.isProvenConstant
    }

    /// Splits the audio into ranges to be scanned side by side.
    ///
    /// - Parameters:
    ///   - most: how many, at least 1.
    ///   - shortest: bytes below which a range is not split further.
    public func ranges(atMost most: Int, noShorterThan shortest: Int = 1 << 20) -> [ScanRange] {
        let count = max(1, min(most, audio.count / max(shortest, 1)))
        return (0..<count).map { number in
            let from = audio.lowerBound + audio.count / count * number
            let upTo = number == count - 1 ? audio.upperBound : audio.lowerBound + audio.count / count * (number + 1)
            let entry = number == 0 ? ScanRange.Entry.chain(at: from, format) : .search(from: from)
            return ScanRange(number: number, owned: from..<upTo, entry: entry, audioEnd: audio.upperBound)
        }
    }

    /// - Parameter scanned: one result per range, in order.
    public func join(_ scanned: [ScannedRange]) throws(MP3Refusal) -> Joined {
        guard let first = scanned.first else { throw .noFrames }
        var runs = first.runs
        var findings = findings
        findings.add(first.findings)
        var exit = first.exit
        for right in scanned.dropFirst() {
            guard exit.place < right.range.owned.upperBound else { continue }  // a tag reaches over the whole range
            guard right.continues(exit) else {
                return .rescan(right.range.entered(from: exit))
            }
            runs += right.runs
            findings.add(right.findings)
            exit = right.exit
        }
        return .layout(try layout(runs, findings))
    }

    private func layout(_ scannedRuns: [FrameIndex.Run], _ scannedFindings: Findings) throws(MP3Refusal) -> Layout {
        guard scannedRuns.count <= FrameIndex.mostRuns else { throw .tooDamaged }
        var findings = scannedFindings
        var runs = scannedRuns
        var frames = 0
        var frameBytes = 0
        var ticks = 0
        var place = audio.lowerBound
        for i in runs.indices {
            runs[i].firstFrame = frames
            frames += runs[i].frames
            guard frames <= FrameIndex.mostFrames else { throw .tooLong }
            let run = runs[i]
            frameBytes += run.end - run.start
            ticks += SampleClock.ticks(
                samples: run.frames * run.format.samplesPerFrame, sampleRate: run.format.sampleRate)
            if run.start != place {
                findings.gaps += 1
                findings.junkBytes += run.start - place
            }
            place = run.end
        }
        // Bytes of a cut-off frame at the end are no junk.
        if place < audio.upperBound, !findings.lastFrameCutOff {
            findings.gaps += 1
            findings.junkBytes += audio.upperBound - place
        }
        findings.junkBytes = max(0, findings.junkBytes - findings.tagBytesBetween)
        // Rounded: encoders that leave the padding out have frames up to a byte shorter than their bitrate says.
        let seconds = Double(ticks) / Double(SampleClock.ticksPerSecond)
        findings.mean = seconds > 0 ? Int((Double(frameBytes) * 8 / 1000 / seconds).rounded()) : findings.fastest
        var index = FrameIndex(spacing: FrameIndex.finestSpacing, runs: runs)
        while index.spacing < FrameIndex.widestSpacing, StoredLayout.size(of: index) > StoredLayout.desiredSize {
            index = index.coarser()
        }
        return try Layout(source: source, tag: tag, findings: findings, audio: audio, map: .indexed(index))
    }
}

extension Findings {
    /// Adds what a scan of one range counted.
    fileprivate mutating func add(_ other: Findings) {
        tagsBetween += other.tagsBetween
        tagBytesBetween += other.tagBytesBetween
        tagFramesBetween += other.tagFramesBetween
        lastFrameCutOff = lastFrameCutOff || other.lastFrameCutOff
        protectedFrames += other.protectedFrames
        slowest = slowest == 0 ? other.slowest : min(slowest, other.slowest == 0 ? slowest : other.slowest)
        fastest = max(fastest, other.fastest)
    }
}
