import Glibc
import MP3

/// Files as they should not be, and are.
package enum Nasty {
    package static let files = [
        junk, joined, taggedInTheMiddle, truncated, endlessTag, sliced, frameLost, switching, framesInTag, zerosFirst,
    ]

    /// Five times 3,000 bytes of chance between frames.
    package static let junk = Source("nasty-junk") {
        var dice = Dice(seed: 5)
        let file = try Corpus.v2.bytes()
        let pieces = (0..<5).map { _ in dice.bytes(3000) }
        return Surgery.scatter(pieces, in: file, frames: Surgery.frames(file))
    }

    package static let mono64 = Source.lame("joined-mono64", seconds: 20, seed: 2, "-b", "64", "-m", "m")
    package static let stereo192 = Source.lame("joined-192", seconds: 20, seed: 3, "-b", "192")
    package static let ad48k = Source.lame("joined-48k", seconds: 20, seed: 4, "-b", "128", "--resample", "48")
    package static let low22k = Source.lame("joined-22k", seconds: 20, seed: 5, "-V", "5", "--resample", "22.05")
    package static let joinedParts = [Corpus.cbr128, stereo192, mono64, ad48k, low22k]

    /// Other bitrates, channels and sample rates, each with its own tag.
    package static let joined = Source("nasty-joined") { try joinedParts.flatMap { try $0.bytes() } }

    package static let second = Source.lame("joined-128", seconds: 20, seed: 6, "-b", "128")
    /// The same bitrate, with a picture of chance in the middle.
    package static let taggedInTheMiddle = Source("nasty-id3-middle") {
        var dice = Dice(seed: 7)
        return try Corpus.cbr128.bytes() + Surgery.id3v2(dice.bytes(40_000)) + second.bytes()
    }

    /// Ends in the middle of a frame; the tag says otherwise.
    package static let truncated = Source("nasty-truncated") {
        let file = try Corpus.v5.bytes()
        return Array(file.prefix(file.count * 2 / 3 + 100))
    }

    package static let truncatedConstant = Source("nasty-truncated-cbr") {
        let file = try Corpus.cbr128.bytes()
        return Array(file.prefix(file.count * 2 / 3 + 100))
    }

    /// A tag in the middle that reaches over more than one range.
    package static let endlessTag = Source("nasty-long-tag") {
        var dice = Dice(seed: 8)
        return try Corpus.v5.bytes() + Surgery.id3v2(dice.bytes(900_000)) + Corpus.v2.bytes()
    }

    /// Cut out of a stream, so that the first frames miss their reservoir.
    package static let sliced = Source("nasty-sliced") {
        let file = try Corpus.cbr128.bytes()
        let frames = Surgery.frames(file)
        return Array(file[frames[500]..<frames[1500]])
    }

    /// Half a frame is missing, and a little later bytes are bent.
    package static let frameLost = Source("nasty-frame-lost") {
        var file = try Corpus.v2.bytes()
        let frames = Surgery.frames(file)
        for i in 0..<4 { file[frames[1500] + i] = 0 }
        file.removeSubrange(frames[700] + 100..<frames[700] + 300)
        return file
    }

    /// Encoders by Fraunhofer go to and fro between plain and joint stereo from frame to frame, and others between marks of
    /// the original and of copies. The first frames agree, or ffmpeg would take the file itself for one with junk in front.
    package static let switching = Source("nasty-switching") {
        var dice = Dice(seed: 10)
        var file = try Corpus.nores.bytes()
        for place in Surgery.frames(file).dropFirst(4) {
            let isJoint = file[place + 3] >> 6 == 1
            let usesNothingOfIt = file[place + 3] >> 4 & 3 == 0
            if isJoint, usesNothingOfIt, dice.next() % 2 == 0 { file[place + 3] &= 0x3F }
            if dice.next() % 2 == 0 { file[place + 3] ^= 0x0C }
        }
        return file
    }

    /// A tag in the middle that holds frames, and junk behind it: who begins to look inside the tag finds them.
    package static let framesInTag = Source("nasty-frames-in-tag") {
        var dice = Dice(seed: 11)
        let mono = try mono64.bytes()
        let frames = Surgery.frames(mono)
        let payload = dice.bytes(3_000) + mono[frames[100]..<frames[115]] + dice.bytes(2_000)
        return try second.bytes() + Surgery.id3v2(payload) + dice.bytes(7_000) + mono
    }

    package static let zerosFirst = Source("nasty-zeros-first") {
        try Surgery.id3v2([1, 2, 3]) + [UInt8](repeating: 0, count: 20_000) + Corpus.v5.bytes()
    }

    /// More than mpg123 goes on over.
    package static let zerosFar = Source("nasty-zeros-far") {
        try [UInt8](repeating: 0, count: 1_500_000) + Corpus.cbr128.bytes()
    }

    package static let picture = Source("nasty-picture") {
        var dice = Dice(seed: 9)
        return try Surgery.id3v2(dice.bytes(2_400_000)) + Surgery.id3v2(dice.bytes(30_000), footer: true)
            + Corpus.cbr128.bytes()
    }

    package static let tails = Source("nasty-tails") {
        try Corpus.cbr128.bytes() + Surgery.ape([UInt8](repeating: 0x41, count: 700)) + Surgery.id3v1()
    }

    package static let lyrics = Source("nasty-lyrics") {
        try Corpus.v5.bytes() + Surgery.lyrics3v2("[00:01]la la") + Surgery.id3v1()
    }

    /// Fraunhofer's tag, which names frames and bytes, and no delay that decoders know.
    package static let vbri = Source("nasty-vbri") {
        let audio = try Corpus.untagged.bytes()
        let header = Array(audio.prefix(4))
        let frame = Surgery.frames(audio)[1]
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
        }
        var tag = header + [UInt8](repeating: 0, count: 32) + Array("VBRI".utf8) + number(1, 2) + number(0, 2)
        tag += number(75, 2) + number(frame + audio.count, 4) + number(Surgery.frames(audio).count, 4)
        tag += number(0, 2) + number(1, 2) + number(2, 2) + number(100, 2)
        return tag + [UInt8](repeating: 0, count: max(0, frame - tag.count)) + audio
    }

    /// Frames that do not state their length: not cut by the frame, but by decoding.
    package static let freeFormat = Source.lame("nasty-free", seconds: 30, "--freeformat", "-b", "200")
}
