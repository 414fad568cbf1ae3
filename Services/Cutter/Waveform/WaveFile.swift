/// Where the samples lie in a file of plain sound.
///
/// Source: Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", RIFF/WAVE.
struct WaveFile {
    /// Samples of each channel in a second; more than 0.
    let rate: Int
    /// 1 or 2.
    let channels: Int
    /// The bytes of whole moments: interleaved, little-endian.
    let samples: Range<Int>

    /// - Parameters:
    ///   - bytes: as ffmpeg wrote them.
    ///   - bits: of each sample.
    /// - Returns: nil if it is something else.
    init?(_ bytes: [UInt8], bits: Int) {
        guard bytes.count >= 12, bytes[..<4].elementsEqual("RIFF".utf8), bytes[8..<12].elementsEqual("WAVE".utf8) else {
            return nil
        }
        var found: (rate: Int, channels: Int)?
        var place = 12
        while place + 8 <= bytes.count {
            let size = Self.number(bytes, place + 4, 4)
            let body = place + 8
            if bytes[place..<place + 4].elementsEqual("fmt ".utf8), size >= 16, body + 16 <= bytes.count {
                guard Self.number(bytes, body + 14, 2) == bits else { return nil }
                found = (Self.number(bytes, body + 4, 4), Self.number(bytes, body + 2, 2))
            } else if bytes[place..<place + 4].elementsEqual("data".utf8) {
                guard let found, found.rate > 0, (1...2).contains(found.channels) else { return nil }
                rate = found.rate
                channels = found.channels
                let end = min(bytes.count, body + size)
                samples = body..<end - (end - body) % (bits / 8 * channels)
                return
            }
            place = body + size + size % 2
        }
        return nil
    }

    private static func number(_ bytes: [UInt8], _ place: Int, _ width: Int) -> Int {
        (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
}
