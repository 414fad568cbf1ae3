import MP3

/// Files that chance bends, always the same way for the same dice.
package enum Mutation {
    /// One to four changes: flipped bits, bytes of chance, pieces cut out, repeated, moved between files, or cut off, and
    /// fields of frames' headers and of tags set to other values.
    package static func bend(_ files: [[UInt8]], _ dice: inout Dice) -> [UInt8] {
        var file = files[Int(dice.next() % UInt64(files.count))]
        if dice.next() % 4 == 0 { file += files[Int(dice.next() % UInt64(files.count))] }
        for _ in 0...dice.next() % 4 {
            guard file.count > 8 else { break }
            let at = place(&dice, file.count)
            let length = 1 + Int(dice.next() % 3_000)
            let piece = at..<min(file.count, at + length)
            switch dice.next() % 12 {
            case 0: for _ in 0..<8 { file[place(&dice, file.count)] ^= 1 << UInt8(dice.next() % 8) }
            case 1: file[at] = UInt8(truncatingIfNeeded: dice.next())
            case 2: file.replaceSubrange(piece, with: dice.bytes(piece.count))
            case 3: file.removeSubrange(piece)
            case 4: file.insert(contentsOf: file[piece], at: place(&dice, file.count))
            case 5: file.removeLast(Int(dice.next() % UInt64(file.count)))
            case 6:
                let other = files[Int(dice.next() % UInt64(files.count))]
                let from = place(&dice, other.count)
                file.insert(contentsOf: other[from..<min(other.count, from + length * 4)], at: at)
            case 7: header(&file, &dice)
            case 8: tag(&file, &dice)
            case 9:
                file.replaceSubrange(piece, with: [UInt8](repeating: UInt8(dice.next() % 2) * 255, count: piece.count))
            default:
                let tags = [
                    Surgery.id3v2(dice.bytes(Int(dice.next() % 5_000))), Surgery.id3v1(), Surgery.ape(dice.bytes(50)),
                    Surgery.lyrics3v2("la"), Array("ID3".utf8) + [3, 0, 0, 127, 127, 127, 127],
                ]
                file.insert(contentsOf: tags[Int(dice.next() % 5)], at: [0, at, file.count][Int(dice.next() % 3)])
            }
        }
        return file
    }

    /// The first frames are hit more often than their share.
    private static func place(_ dice: inout Dice, _ count: Int) -> Int {
        Int(dice.next() % UInt64(dice.next() % 3 == 0 ? min(count, 600) : count))
    }

    /// Sets one field of a few frames' headers: all that follow one another from a place on, as a whole encoder's mistake
    /// would, or one alone.
    private static func header(_ file: inout [UInt8], _ dice: inout Dice) {
        // Version, layer, protection; bitrate, sampling frequency, padding; mode and what goes with it.
        let fields: [(byte: Int, mask: UInt8)] = [
            (1, 0x18), (1, 0x06), (1, 0x01), (2, 0xF0), (2, 0x0C), (2, 0x02), (2, 0x01), (3, 0xC0), (3, 0x30),
            (3, 0x0F),
        ]
        let field = fields[Int(dice.next() % UInt64(fields.count))]
        let value = UInt8(truncatingIfNeeded: dice.next()) & field.mask
        var left = dice.next() % 2 == 0 ? 1 : 1 + Int(dice.next() % 50)
        var at = place(&dice, file.count)
        while left > 0, at + 4 <= file.count {
            let word = file[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let header = FrameHeader(word: word) else {
                at += 1
                continue
            }
            file[at + field.byte] = file[at + field.byte] & ~field.mask | value
            at += header.length
            left -= 1
        }
    }

    /// Sets a few bytes in or right behind the first tag of a kind.
    private static func tag(_ file: inout [UInt8], _ dice: inout Dice) {
        let names = ["Xing", "Info", "VBRI", "LAME", "ID3", "APETAGEX", "TAG", "LYRICS200"]
        let name = Array(names[Int(dice.next() % UInt64(names.count))].utf8)
        let fromBehind = dice.next() % 2 == 0
        let window = fromBehind ? max(0, file.count - 1_200)..<file.count : 0..<min(file.count, 1_200)
        guard
            let at = window.first(where: {
                $0 + name.count <= file.count && file[$0..<$0 + name.count].elementsEqual(name)
            })
        else { return }
        for _ in 0...dice.next() % 4 {
            let place = at + Int(dice.next() % 40)
            guard place < file.count else { continue }
            file[place] = [0, 0xFF, 0x7F, UInt8(truncatingIfNeeded: dice.next())][Int(dice.next() % 4)]
        }
    }
}

extension Mutation {
    /// What is bent: five to twenty seconds of many kinds.
    package static let sources: [Source] = [
        .lame("fuzz-v5", seconds: 5, "-V", "5"), .lame("fuzz-v0", seconds: 5, "-V", "0"),
        .lame("fuzz-v9-mono", seconds: 12, "-V", "9", "-m", "m"), .lame("fuzz-128", seconds: 8, "-b", "128"),
        .lame("fuzz-320", seconds: 5, "-b", "320"), .lame("fuzz-nores", seconds: 6, "-b", "96", "--nores"),
        .lame("fuzz-abr", seconds: 7, "--abr", "110"), .lame("fuzz-crc", seconds: 6, "-b", "64", "-p", "-m", "m"),
        .lame("fuzz-v4-crc", seconds: 5, "-V", "4", "-p"),
        .lame("fuzz-22k", seconds: 20, "-V", "6", "--resample", "22.05"),
        .lame("fuzz-24k", seconds: 10, "-b", "56", "--resample", "24"),
        .lame("fuzz-8k", seconds: 20, "-b", "8", "--resample", "8"),
        .lame("fuzz-48k", seconds: 5, "-b", "128", "--resample", "48"),
        .lame("fuzz-32k-mono", seconds: 10, "-b", "32", "-m", "m", "--resample", "32"),
        .lame("fuzz-untagged", seconds: 5, "-V", "3", "-t"), .ffmpeg("fuzz-lavf", seconds: 6, "-b:a", "128k"),
        Source("fuzz-tags") {
            var dice = Dice(seed: 20)
            return try Surgery.id3v2(dice.bytes(20_000)) + Surgery.id3v2(dice.bytes(300), footer: true)
                + Source.lame("fuzz-128", seconds: 8, "-b", "128").bytes() + Surgery.ape(dice.bytes(60))
                + Surgery.lyrics3v2("la") + Surgery.id3v1()
        },
        Source("fuzz-joined") {
            try Source.lame("fuzz-abr", seconds: 7, "--abr", "110").bytes()
                + Source.lame("fuzz-48k", seconds: 5, "-b", "128", "--resample", "48").bytes()
                + Source.lame("fuzz-crc", seconds: 6, "-b", "64", "-p", "-m", "m").bytes()
        },
    ]
}
