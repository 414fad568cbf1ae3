import Audio

/// Naming what a file is when it is not MP3 that can be cut by the frame.
enum ForeignAudio {
    /// By the first bytes alone, before frames are looked for. `start` is behind any ID3v2 tags.
    static func container(in window: Window, at start: Int) -> MP3Refusal? {
        guard let head = window.slice(start..<min(window.end, start &+ AudioContent.headBytes)) else { return nil }
        switch AudioContent.of(head) {
        case .audio(.mpeg), .unknown: return nil
        case .audio(let kind): return .otherFormat(kind.name)
        case .other(let name): return .unsupported(name)
        }
    }

    /// By looking for chains of frames of the other layers, of AAC, and of free format.
    static func frames(in window: Window, from start: Int, audioEnd: Int) -> MP3Refusal? {
        var at = start
        var freeFormatTries = 64  // each looks at thousands of places
        while let place = window.first(0xFF, from: at, below: audioEnd &- 4) {
            at = place &+ 1
            guard let word = window.bigEndian32(at: place), word & 0xFFE0_0000 == 0xFFE0_0000 else { continue }
            if chained(in: window, at: place, length: aacLength) { return .otherFormat("AAC") }
            if chained(in: window, at: place, length: { layerLength(in: $0, at: $1, layer: 1) }) { return .layerI }
            if chained(in: window, at: place, length: { layerLength(in: $0, at: $1, layer: 2) }) { return .layerII }
            guard freeFormatTries > 0, FrameHeader.isFreeFormat(word) else { continue }
            freeFormatTries -= 1
            if isFreeFormat(in: window, at: place, word: word) { return .freeFormat }
        }
        return nil
    }

    private static func chained(in window: Window, at place: Int, length: (Window, Int) -> Int?) -> Bool {
        var at = place
        for _ in 0..<3 {
            guard let length = length(window, at), length > 4 else { return false }
            at &+= length
        }
        return true
    }

    /// Source: ISO/IEC 13818-7, 6.2 (ADTS): sync, layer 0, frame length in thirteen bits.
    private static func aacLength(in window: Window, at place: Int) -> Int? {
        guard let word = window.bigEndian32(at: place), word & 0xFFF6_0000 == 0xFFF0_0000,
            let next = window.bigEndian16(at: place &+ 4)
        else { return nil }
        return Int(word & 3) << 11 | next >> 5
    }

    /// Frame lengths of layers I and II. Source: ISO/IEC 11172-3, 2.4.2.3 and 2.4.3.1; 13818-3, 2.4.2.3.
    private static func layerLength(in window: Window, at place: Int, layer: Int) -> Int? {
        guard let word = window.bigEndian32(at: place), word & 0xFFE0_0000 == 0xFFE0_0000,
            word >> 17 & 3 == UInt32(4 - layer), word >> 10 & 3 != 3, word >> 19 & 3 != 1
        else { return nil }
        let rates =
            switch (layer, word & 0x0008_0000 != 0) {
            case (1, true): [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
            case (1, false): [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
            case (_, true): [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
            case (_, false): [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
            }
        let index = Int(word >> 12 & 15)
        guard (1...14).contains(index) else { return nil }
        // The format's fields lie in the same places in all layers.
        let sampleRate = FrameFormat(header: word).sampleRate
        let padding = word & 0x200 != 0 ? 1 : 0
        return layer == 1
            ? (12_000 * rates[index - 1] / sampleRate + padding) * 4 : 144_000 * rates[index - 1] / sampleRate + padding
    }

    /// The same header twice more at one distance (give or take the padding byte).
    private static func isFreeFormat(in window: Window, at place: Int, word: UInt32) -> Bool {
        func same(_ at: Int) -> Bool {
            guard let other = window.bigEndian32(at: at) else { return false }
            return other & 0xFFFE_FC00 == word & 0xFFFE_FC00
        }
        // 640 kbit/s at 32 kHz make 2,880 bytes a frame, the most that encoders offer.
        for length in 24...2_900 where same(place &+ length) {
            for slack in -1...1 where same(place &+ length &* 2 &+ slack) { return true }
        }
        return false
    }
}
