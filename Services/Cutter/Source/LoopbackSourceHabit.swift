import Domain

/// How a run of ffmpeg is likely to read a source, and what of that is kept.
struct LoopbackHabit: Sendable, Equatable {
    /// What it reads in one go at the place that it seeks to; nil: unknown.
    var atSeek: Int?
    /// The same where it comes back to a place that it has seen, of which something is kept.
    var goingOn: Int?
    /// How far before the place that it wants a fetch begins.
    var leadBytes = 0
    /// How much is kept of what is fetched for each of its requests.
    var keptBytes = 0

    /// It looks at what the source is: what it reads then, it reads again for each clip.
    static let look = LoopbackHabit(keptBytes: .max)

    /// A stretch of sound is read.
    ///
    /// Where a table tells the place, ffmpeg goes there at once. In Ogg and FLAC it searches for it, in ever smaller steps: what
    /// it has seen there it reads again.
    ///
    /// - Parameter bytes: of all the sound; its mean bitrate says what the stretch takes.
    static func cut(_ span: FFmpegSpan, of source: FFmpegSource, bytes: Int) -> LoopbackHabit {
        let expected = source.duration.flatMap { duration -> Int? in
            guard duration > .zero else { return nil }
            let share = (span.length + FFmpegArguments.preroll * 2) / duration
            // A size that no file has must not overflow.
            return Int(min(share * 1.1, 1) * Double(min(bytes, 1 << 50))) + (64 << 10)
        }
        return FFmpegKinds.searches(demuxer: source.demuxer)
            ? LoopbackHabit(goingOn: expected, leadBytes: 64 << 10, keptBytes: 128 << 10)
            : LoopbackHabit(atSeek: expected, goingOn: expected)
    }
}
