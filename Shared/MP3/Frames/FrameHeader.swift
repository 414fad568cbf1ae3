/// The four bytes that every frame begins with, valid for Layer III and a stated bitrate.
///
/// Source: ISO/IEC 11172-3:1993, 2.4.1.3 and 2.4.2.3; 13818-3:1998 for the lower sampling frequencies.
public struct FrameHeader: Hashable, Sendable {
    /// The four bytes, big-endian.
    public let word: UInt32

    /// - Returns: `nil` unless sync, version, layer III, a bitrate from the table and a sampling frequency are there. Free
    ///   format (bitrate index 0) is no valid header here. Emphasis is not looked at: decoders do not either.
    @inline(__always)
    public init?(word: UInt32) {
        guard word & 0xFFE0_0000 == 0xFFE0_0000,  // sync, eleven bits
            word & 0x0018_0000 != 0x0008_0000,  // version 1 is reserved
            word & 0x0006_0000 == 0x0002_0000,  // layer III
            word & 0x0000_0C00 != 0x0000_0C00  // sampling frequency 3 is reserved
        else { return nil }
        let bitrate = word & 0x0000_F000
        guard bitrate != 0, bitrate != 0xF000 else { return nil }
        self.word = word
    }

    public var format: FrameFormat { FrameFormat(header: word) }

    /// Whether two bytes of CRC follow the header (`protection_bit` 0).
    public var isProtected: Bool { word & 0x0001_0000 == 0 }

    public var bitrateIndex: Int { Int(word >> 12) & 15 }

    /// Kilobits (1,000 bits) per second.
    public var kbps: Int { Self.kbps(index: bitrateIndex, lowSamplingFrequency: word & 0x0008_0000 == 0) }

    public var isPadded: Bool { word & 0x0000_0200 != 0 }
    public var isPrivate: Bool { word & 0x0000_0100 != 0 }
    public var channelMode: ChannelMode { ChannelMode(rawValue: UInt8(truncatingIfNeeded: word >> 6) & 3) ?? .mono }
    public var modeExtension: Int { Int(word >> 4) & 3 }
    public var isCopyright: Bool { word & 8 != 0 }
    public var isOriginal: Bool { word & 4 != 0 }
    public var emphasis: Int { Int(word & 3) }

    /// Bytes from this frame's first to the next one's: ⌊144 · rate / sampling frequency⌋ and the padding slot; 72 in
    /// MPEG-2 and 2.5. Source: ISO/IEC 11172-3, 2.4.3.1; 13818-3, 2.4.3.1.
    public var length: Int { Self.length(kbps: kbps, format: format) &+ (isPadded ? 1 : 0) }

    /// Bytes before the side information: the header and, where there is one, the CRC.
    public var sideInfoOffset: Int { isProtected ? 6 : 4 }

    /// Bytes before the main data.
    public var mainDataOffset: Int { sideInfoOffset &+ format.sideInfoSize }

    /// Where in the frame a Xing or Info tag stands. Encoders do not count a CRC, though the frame may have one.
    public var tagOffset: Int { 4 &+ format.sideInfoSize }

    /// Layer III with bitrate index 0. Source: ISO/IEC 11172-3, 2.4.2.3.
    static func isFreeFormat(_ word: UInt32) -> Bool {
        word & 0x0000_F000 == 0 && FrameHeader(word: word | 0x0000_1000) != nil
    }

    /// This header with another bitrate, without CRC and padding: that of a frame we make ourselves.
    func made(bitrateIndex: Int) -> FrameHeader {
        let index = UInt32(truncatingIfNeeded: min(max(bitrateIndex, 1), 14))
        // Keeps sync, version, layer, sampling frequency, mode, copyright, original and emphasis.
        return FrameHeader(word: word & 0xFFFE_0CCF | 0x0001_0000 | index << 12) ?? self
    }

    static func length(kbps: Int, format: FrameFormat) -> Int {
        (format.isLowSamplingFrequency ? 72_000 : 144_000) &* kbps / format.sampleRate
    }

    /// The bitrate table for Layer III. Source: ISO/IEC 11172-3, 2.4.2.3; 13818-3, 2.4.2.3.
    static func kbps(index: Int, lowSamplingFrequency: Bool) -> Int {
        let table = lowSamplingFrequency ? lowRates : rates
        return table.indices.contains(index) ? table[index] : 0
    }

    private static let rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let lowRates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
}

/// How the channels are coded; the raw value is the header's field.
public enum ChannelMode: UInt8, Sendable {
    case stereo = 0
    case jointStereo = 1
    case dualChannel = 2
    case mono = 3
}
