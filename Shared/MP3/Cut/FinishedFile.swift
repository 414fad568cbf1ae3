/// The last touch to an MP3 that ffmpeg wrote: two things that its writer leaves undone, both in the first frame's tag and
/// with silence that is not played.
///
/// **Few frames.** Who opens a file without being told what it is, guesses by its first bytes. ffmpeg, and what is built on
/// it, is sure of an MP3 if it begins with seven whole frames, each with four bytes behind it; of fewer it says "perhaps" (25
/// of 100), and there are raw video formats of which it says the same for a few zeros in the right place. Two that are equally
/// likely are no format at all. So a shorter file gets silent frames before and behind its own. Source: libavformat,
/// `mp3_read_probe` (mp3dec.c), `h263_probe` (h263dec.c), `av_probe_input_format3` (format.c), alike from ffmpeg 4.2 to 7.1.
///
/// **The end.** Samples to be left out at the end can be more than a frame has, but ffmpeg's writer tells those of the last
/// frame only, so that what LAME encoded plays up to 46 samples too long. Source: `mp3_write_audio_packet` (mp3enc.c).
public enum FinishedFile {
    /// The tag's frame is one of them.
    public static let leastFrames = 8
    /// Delay and padding have twelve bits.
    private static let mostSamples = 0xFFF

    /// - Parameters:
    ///   - file: a whole MP3: an ID3v2 tag or none, a frame with the tag that says delay and padding, and frames to the end.
    ///   - samples: per channel, as many as it is to play; nil: as the tag says.
    /// - Returns: a file that plays these, with at least `leastFrames` frames as far as delay and padding have room for silence:
    ///   that is so in every file that spans two frames of sound, or comes from an encoder. What is no such file comes back as
    ///   it is.
    public static func make(of file: [UInt8], samples: Int? = nil) -> [UInt8] {
        let window = Window(file, at: 0)
        let start = ID3v2.size(in: window, at: 0) ?? 0
        let frames = frames(of: window, from: start)
        guard frames.count > 1, let tag = InfoTag(in: window, at: start, header: frames[0].header),
            let gapless = tag.gapless, let count = tag.frames
        else { return file }
        let perFrame = frames[0].header.format.samplesPerFrame
        let skip = gapless.delay + InfoTag.decoderDelay
        // Of a packet that begins and ends inside what is to be left out, ffmpeg leaves out only one of the two. So up to 46
        // samples that end in the frame in which they begin stay 47.
        let isInside = samples.map { $0 < 1 || skip / perFrame == (skip &+ $0 &- 1) / perFrame } ?? true
        let padding = isInside ? gapless.padding : count &* perFrame &- gapless.delay &- (samples ?? 0)
        guard (0...mostSamples).contains(padding) else { return file }
        let mended = InfoTag.Gapless(delay: gapless.delay, padding: padding)
        if frames.count >= leastFrames {
            return mended == gapless ? file : retagged(file, frames[0], mended)
        }
        guard frames.last?.end == file.count, frames.count == count + 1 else { return file }
        // Of a clip that ends with a frame's last sample ffmpeg's writer says no padding at all. Players take 529 off what is
        // said and leave out no less than nothing, so it means the same as 529 until there is something behind it.
        let said = InfoTag.Gapless(delay: mended.delay, padding: max(mended.padding, InfoTag.decoderDelay))
        return lengthened(file, window, frames, said)
    }

    /// The same file with another padding in its tag.
    private static func retagged(_ file: [UInt8], _ frame: PlacedFrame, _ gapless: InfoTag.Gapless) -> [UInt8] {
        let tag = frame.place + frame.header.tagOffset
        // With all four fields LAME's part lies where it always does, its own checksum at the very end.
        guard Window(file, at: 0).bigEndian32(at: tag + 4) == 15, tag + 156 <= frame.end else { return file }
        var file = file
        let both = gapless.delay << 12 | gapless.padding
        for i in 0..<3 { file[tag + 141 + i] = UInt8(truncatingIfNeeded: both >> (16 - 8 * i)) }
        var crc = TagCRC()
        crc.add(Array(file[frame.place..<tag + 154]))
        file[tag + 154] = UInt8(truncatingIfNeeded: crc.value >> 8)
        file[tag + 155] = UInt8(truncatingIfNeeded: crc.value)
        return file
    }

    private static func lengthened(
        _ file: [UInt8], _ window: Window, _ frames: [PlacedFrame], _ gapless: InfoTag.Gapless
    ) -> [UInt8] {
        let model = frames[1].header
        let perFrame = model.format.samplesPerFrame
        let missing = leastFrames - frames.count
        let behind = min(missing, (mostSamples - gapless.padding) / perFrame)
        // A first frame that borrows from before would find other bytes there.
        let isAlone =
            window.slice(frames[1].place..<frames[1].end)
            .flatMap { SideInfo(of: model, frame: $0) }.map { $0.mainDataBegin == 0 } ?? false
        let inFront = isAlone ? min(missing - behind, (mostSamples - gapless.delay) / perFrame) : 0

        let silence = Carrier.frame(like: model, holding: [])
        let audio = frames.dropFirst()
        var body: [UInt8] = []
        for _ in 0..<inFront { body += silence }
        body += file[frames[1].place...]
        for _ in 0..<behind { body += silence }
        let lengths =
            [Int](repeating: silence.count, count: inFront) + audio.map(\.header.length)
            + [Int](repeating: silence.count, count: behind)
        let writer = InfoTagWriter(
            model: model, isConstant: audio.allSatisfy { $0.header.bitrateIndex == model.bitrateIndex },
            delay: gapless.delay + inFront * perFrame, padding: gapless.padding + behind * perFrame, lengths: lengths)
        return Array(file[..<frames[0].place]) + writer.published(body) + body
    }

    /// The first frames, one behind the other: no more than have to be counted.
    private static func frames(of window: Window, from start: Int) -> [PlacedFrame] {
        var found: [PlacedFrame] = []
        var place = start
        while found.count < leastFrames, let word = window.bigEndian32(at: place), let header = FrameHeader(word: word),
            place + header.length <= window.end
        {
            found.append(PlacedFrame(header: header, place: place))
            place += header.length
        }
        return found
    }
}
