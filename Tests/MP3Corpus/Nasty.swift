import Glibc
import MP3

/// Files as they should not be, and are.
enum Nasty {
    static let files = [
        junk, joined, taggedInTheMiddle, truncated, endlessTag, sliced, frameLost, switching, zerosFirst,
    ]

    /// Five times 3,000 bytes of chance between frames.
    static let junk = Source("nasty-junk") {
        var dice = Dice(seed: 5)
        let file = try Corpus.v2.bytes()
        let pieces = (0..<5).map { _ in dice.bytes(3000) }
        return Surgery.scatter(pieces, in: file, frames: Surgery.frames(file))
    }

    static let mono64 = Source.lame("joined-mono64", seconds: 20, seed: 2, "-b", "64", "-m", "m")
    static let stereo192 = Source.lame("joined-192", seconds: 20, seed: 3, "-b", "192")
    static let ad48k = Source.lame("joined-48k", seconds: 20, seed: 4, "-b", "128", "--resample", "48")
    static let low22k = Source.lame("joined-22k", seconds: 20, seed: 5, "-V", "5", "--resample", "22.05")
    static let joinedParts = [Corpus.cbr128, stereo192, mono64, ad48k, low22k]

    /// Other bitrates, channels and sample rates, each with its own tag.
    static let joined = Source("nasty-joined") { try joinedParts.flatMap { try $0.bytes() } }

    static let second = Source.lame("joined-128", seconds: 20, seed: 6, "-b", "128")
    /// The same bitrate, with a picture of chance in the middle.
    static let taggedInTheMiddle = Source("nasty-id3-middle") {
        var dice = Dice(seed: 7)
        return try Corpus.cbr128.bytes() + Surgery.id3v2(dice.bytes(40_000)) + second.bytes()
    }

    /// Ends in the middle of a frame; the tag says otherwise.
    static let truncated = Source("nasty-truncated") {
        let file = try Corpus.v5.bytes()
        return Array(file.prefix(file.count * 2 / 3 + 100))
    }

    static let truncatedConstant = Source("nasty-truncated-cbr") {
        let file = try Corpus.cbr128.bytes()
        return Array(file.prefix(file.count * 2 / 3 + 100))
    }

    /// A tag in the middle that reaches over more than one range.
    static let endlessTag = Source("nasty-long-tag") {
        var dice = Dice(seed: 8)
        return try Corpus.v5.bytes() + Surgery.id3v2(dice.bytes(900_000)) + Corpus.v2.bytes()
    }

    /// Cut out of a stream, so that the first frames miss their reservoir.
    static let sliced = Source("nasty-sliced") {
        let file = try Corpus.cbr128.bytes()
        let frames = Surgery.frames(file)
        return Array(file[frames[500]..<frames[1500]])
    }

    /// Half a frame is missing, and a little later bytes are bent.
    static let frameLost = Source("nasty-frame-lost") {
        var file = try Corpus.v2.bytes()
        let frames = Surgery.frames(file)
        for i in 0..<4 { file[frames[1500] + i] = 0 }
        file.removeSubrange(frames[700] + 100..<frames[700] + 300)
        return file
    }

    /// Encoders by Fraunhofer go to and fro between plain and joint stereo from frame to frame, and others between marks of
    /// the original and of copies. The first frames agree, or ffmpeg would take the file itself for one with junk in front.
    static let switching = Source("nasty-switching") {
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

    static let zerosFirst = Source("nasty-zeros-first") {
        try Surgery.id3v2([1, 2, 3]) + [UInt8](repeating: 0, count: 20_000) + Corpus.v5.bytes()
    }

    static let picture = Source("nasty-picture") {
        var dice = Dice(seed: 9)
        return try Surgery.id3v2(dice.bytes(2_400_000)) + Surgery.id3v2(dice.bytes(30_000), footer: true)
            + Corpus.cbr128.bytes()
    }

    static let tails = Source("nasty-tails") {
        try Corpus.cbr128.bytes() + Surgery.ape([UInt8](repeating: 0x41, count: 700)) + Surgery.id3v1()
    }
}
