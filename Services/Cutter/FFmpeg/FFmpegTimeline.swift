/// A frame of decoded sound, as ffmpeg's `ashowinfo` tells it.
struct FFmpegFrame: Sendable, Equatable {
    /// In samples, on the source's own clock.
    let pts: Int64
    /// Samples per second.
    let rate: Int
    /// Samples per channel.
    let count: Int

    var end: Duration { FFmpegFrame(pts: pts + Int64(count), rate: rate, count: 0).time }

    var time: Duration { .seconds(pts / Int64(rate)) + .nanoseconds(pts % Int64(rate) * 1_000_000_000 / Int64(rate)) }
}

/// Where decoded frames lie in the presentation, by their timestamps.
///
/// A timestamp alone is not enough: some formats round it to a millisecond, and of Vorbis ffmpeg tells one in twenty 10 ms
/// wrong. So frames that follow one another are placed by counting samples, and only a step that three of five neighbours
/// agree on is taken for a gap.
struct FFmpegTimeline: Sendable {
    let rate: Int
    private let frames: [FFmpegFrame]
    /// Samples before each frame, counted.
    private let counted: [Int]
    /// What to add to that for the frame's place.
    private let shifts: [Int64]
    let total: Int

    /// - Returns: nil without frames, and where the sample rate changes among them.
    init?(_ frames: [FFmpegFrame]) {
        guard let first = frames.first, frames.allSatisfy({ $0.rate == first.rate }) else { return nil }
        self.frames = frames
        rate = first.rate
        var counted: [Int] = []
        var sum = 0
        for frame in frames {
            counted.append(sum)
            sum += frame.count
        }
        self.counted = counted
        total = sum
        shifts = Self.steady(zip(frames, counted).map { $0.pts - Int64($1) }, tolerance: Int64(first.rate / 500))
    }

    /// The median of each and its two neighbours on either side; changes below the tolerance are rounding.
    private static func steady(_ raw: [Int64], tolerance: Int64) -> [Int64] {
        var steady: [Int64] = []
        for place in raw.indices {
            let near = raw[max(0, place - 2)...min(raw.count - 1, place + 2)].sorted()
            let median = near[near.count / 2]
            if let last = steady.last, abs(median - last) <= tolerance {
                steady.append(last)
            } else {
                steady.append(median)
            }
        }
        return steady
    }

    private func place(_ number: Int) -> Int64 { Int64(counted[number]) + shifts[number] }

    /// Where the first frame begins and the last one ends, in samples.
    var begin: Int64 { place(0) }
    var end: Int64 { place(frames.count - 1) + Int64(frames[frames.count - 1].count) }

    /// Timestamps that run backwards say that what follows belongs to another timeline.
    var runsBackwards: Bool {
        zip(shifts, shifts.dropFirst()).contains { $1 < $0 - Int64(rate / 20) }
    }

    /// Whether a filter that cuts at timestamps has cut `from..<to` where it should: no gap in it, and no frame at its
    /// beginning whose timestamp is more than half a millisecond wrong, be it that the frame lies there or that it is only
    /// said to.
    func isPlain(from: Int64, to: Int64) -> Bool {
        let inside = frames.indices.filter { place($0) < to && place($0) + Int64(frames[$0].count) > from }
        guard let first = inside.first, place(first) <= from else { return false }
        return inside.allSatisfy { shifts[$0] == shifts[first] }
            && frames.indices.allSatisfy { number in
                let frame = frames[number]
                let isHere = number == first || (frame.pts <= from && from < frame.pts + Int64(frame.count))
                return !isHere || abs(frame.pts - place(number)) <= Int64(rate / 2000)
            }
    }

    /// Puts the frames' samples, which lie one behind the other in `sound`, to their places in `from..<to`, with silence
    /// where there are none.
    ///
    /// - Returns: nil if the sound is not what the frames are.
    func placed(_ sound: FFmpegSound, from: Int64, to: Int64) -> FFmpegSound? {
        guard sound.rate == rate, abs(sound.count - total) <= 1, to >= from else { return nil }
        var placed = FFmpegSound(silence: Int(to - from), rate: rate, channels: sound.channels)
        for number in frames.indices {
            placed.write(sound, counted[number]..<counted[number] + frames[number].count, at: Int(place(number) - from))
        }
        return placed
    }
}

extension Duration {
    /// The sample nearest to it.
    func samples(at rate: Int) -> Int64 {
        let (seconds, attoseconds) = components
        return seconds * Int64(rate) + (attoseconds / 1_000_000_000 * Int64(rate) + 500_000_000) / 1_000_000_000
    }
}
