import MP3

/// Making nasty files of good ones.
package enum Surgery {
    /// Where frames begin, from the first on, followed header by header. Only for files without anything in between.
    package static func frames(_ file: [UInt8], from start: Int = 0) -> [Int] {
        var places: [Int] = []
        var at = start
        while at + 4 <= file.count {
            let word = file[at..<at + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let header = FrameHeader(word: word), at + header.length <= file.count else { break }
            places.append(at)
            at += header.length
        }
        return places
    }

    package static func number(_ file: [UInt8], at place: Int) -> UInt32 {
        file[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    /// Sets four bytes.
    package static func put(_ value: Int, at place: Int, _ file: inout [UInt8]) {
        for i in 0..<4 { file[place + i] = UInt8(truncatingIfNeeded: value >> (24 - 8 * i)) }
    }

    /// An ID3v2.3 tag that says nothing but holds `payload`.
    package static func id3v2(_ payload: [UInt8], footer: Bool = false) -> [UInt8] {
        let size = (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (7 * (3 - $0))) & 0x7F }
        let header = Array("ID3".utf8) + [4, 0, footer ? 0x10 : 0] + size
        return header + payload + (footer ? Array("3DI".utf8) + header.dropFirst(3) : [])
    }

    package static func id3v1() -> [UInt8] { Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125) }

    /// An APEv2 tag with header and footer around `payload`.
    package static func ape(_ payload: [UInt8], header: Bool = true) -> [UInt8] {
        func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        func block(_ flags: UInt32) -> [UInt8] {
            Array("APETAGEX".utf8) + number(2000) + number(UInt32(payload.count + 32)) + number(1) + number(flags)
                + [UInt8](repeating: 0, count: 8)
        }
        let has: UInt32 = header ? 0x8000_0000 : 0
        return (header ? block(has | 0x2000_0000) : []) + payload + block(has)
    }

    package static func lyrics3v2(_ text: String) -> [UInt8] {
        let body = "LYRICSBEGIN" + text
        let digits = String(body.utf8.count)
        return Array((body + String(repeating: "0", count: 6 - digits.utf8.count) + digits + "LYRICS200").utf8)
    }

    package static func lyrics3v1(_ text: String) -> [UInt8] { Array(("LYRICSBEGIN" + text + "LYRICSEND").utf8) }

    /// Puts `junk` between frames at the given parts of the file, in hundredths.
    package static func scatter(_ junk: [[UInt8]], in file: [UInt8], frames: [Int]) -> [UInt8] {
        var out: [UInt8] = []
        var from = 0
        for (number, piece) in junk.enumerated() {
            let at = frames[frames.count * (number + 1) / (junk.count + 1)]
            out += file[from..<at] + piece
            from = at
        }
        return out + file[from...]
    }
}
