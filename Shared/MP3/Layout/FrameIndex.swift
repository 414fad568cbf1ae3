/// Where the frames of a file stand when no arithmetic says so: the place of every few frames, found by one scan.
///
/// The index consists of runs. Inside a run frame follows frame without a byte between and without change of format; a run
/// ends at junk, at a tag in the middle, at a change of format, and where two scanned ranges met.
public struct FrameIndex: Hashable, Sendable {
    /// More audio frames than this (58 hours at 44.1 kHz) are not indexed.
    static let mostFrames = 8_000_000
    /// More runs than this are not kept: a break every 1.3 s for three hours. Eight scanners that each met as many hold
    /// 8 MB between them.
    static let mostRuns = 8_192
    /// Frames from one checkpoint to the next as a scan keeps them.
    static let finestSpacing = 4
    /// At the most: the longest frame's 1,441 bytes times this stay below 65,536.
    static let widestSpacing = 32

    struct Run: Hashable, Sendable {
        let format: FrameFormat
        /// The number of the run's first frame in the file.
        var firstFrame: Int
        /// Its first byte.
        let start: Int
        var frames: Int
        /// The byte behind the run's last frame.
        var end: Int
        /// Bytes from checkpoint to checkpoint, for every complete group of `spacing` frames.
        var spans: [UInt16]

        /// Frames from the file's beginning to the run's end.
        var frameEnd: Int { firstFrame &+ frames }
    }

    let spacing: Int
    let runs: [Run]

    /// Audio frames in all runs.
    public var frames: Int { runs.last?.frameEnd ?? 0 }

    /// The number of the run that holds frame `n`.
    func run(holding n: Int) -> Int? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low &+ high) / 2
            if runs[middle].frameEnd <= n { low = middle &+ 1 } else { high = middle }
        }
        return low < runs.count && n >= runs[low].firstFrame ? low : nil
    }

    /// The same index with checkpoints twice as far apart.
    func coarser() -> FrameIndex {
        let runs = runs.map { run in
            var run = run
            run.spans = stride(from: 0, to: run.spans.count / 2 * 2, by: 2).map { run.spans[$0] &+ run.spans[$0 &+ 1] }
            return run
        }
        return FrameIndex(spacing: spacing * 2, runs: runs)
    }

    /// Bytes that the index takes in memory, nearly.
    var footprint: Int { runs.reduce(0) { $0 &+ 96 &+ $1.spans.count &* 2 } }
}
