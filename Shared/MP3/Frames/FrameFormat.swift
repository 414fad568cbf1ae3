/// The three generations of MPEG audio; the raw value is the header's two-bit field.
///
/// Source: ISO/IEC 11172-3:1993, 2.4.2.3 (`ID`) and 13818-3:1998, 2.4.2.3. MPEG-2.5 is a de-facto extension, with the bit
/// before `ID` cleared.
public enum MPEGVersion: UInt8, Sendable, CaseIterable {
    case mpeg25 = 0
    case mpeg2 = 2
    case mpeg1 = 3

    public var name: String {
        switch self {
        case .mpeg1: "MPEG-1"
        case .mpeg2: "MPEG-2"
        case .mpeg25: "MPEG-2.5"
        }
    }
}

/// What must not change between two frames for a decoder to go on without starting anew: version, sample rate and number
/// of channels. Bitrate, padding, CRC and the kind of stereo may change from frame to frame.
public struct FrameFormat: Hashable, Sendable {
    /// The header's fields that make the format, in their places, and the channel count in the lowest bit.
    let key: UInt32

    /// The bits of a header that belong to the format: sync, version, layer and sampling frequency.
    static let mask: UInt32 = 0xFFFE_0C00

    init(header word: UInt32) {
        let mono: UInt32 = (word >> 6) & 3 == 3 ? 1 : 0
        key = word & Self.mask | mono
    }

    /// - Returns: `nil` unless `key` came from a valid Layer III header.
    init?(key: UInt32) {
        let mode: UInt32 = key & 1 == 1 ? 0xC0 : 0
        guard let header = FrameHeader(word: (key & Self.mask) | 0x0001_1000 | mode), header.format.key == key else {
            return nil
        }
        self.key = key
    }

    public var version: MPEGVersion { MPEGVersion(rawValue: UInt8(truncatingIfNeeded: key >> 19) & 3) ?? .mpeg1 }

    /// Samples per second and channel: 8,000 to 48,000.
    public var sampleRate: Int {
        let base =
            switch (key >> 10) & 3 {
            case 0: 44_100
            case 1: 48_000
            default: 32_000
            }
        return switch version {
        case .mpeg1: base
        case .mpeg2: base / 2
        case .mpeg25: base / 4
        }
    }

    public var channels: Int { key & 1 == 1 ? 1 : 2 }

    /// MPEG-2 and 2.5: half the samples per frame, one granule instead of two.
    public var isLowSamplingFrequency: Bool { version != .mpeg1 }

    /// Samples per channel in a frame. Source: ISO/IEC 11172-3, 2.4.2.1; 13818-3, 2.4.2.1.
    public var samplesPerFrame: Int { isLowSamplingFrequency ? 576 : 1152 }

    /// Bytes of side information. Source: ISO/IEC 11172-3, 2.4.1.7; 13818-3, 2.4.1.7.
    public var sideInfoSize: Int {
        switch (isLowSamplingFrequency, channels) {
        case (false, 2): 32
        case (false, _): 17
        case (true, 2): 17
        case (true, _): 9
        }
    }

    /// How far back a frame can reach for its main data, in bytes: nine bits, or eight in MPEG-2 and 2.5.
    public var farthestReach: Int { isLowSamplingFrequency ? 255 : 511 }

    /// How many frames before the first heard one a decoder must have gone through to be in the same state: the inverse
    /// transform overlaps one granule, the filter bank remembers 15 of the next one's 18 slots. MPEG-1 has two granules
    /// to a frame.
    public var framesOfHistory: Int { isLowSamplingFrequency ? 2 : 1 }

    /// Bytes in the longest frame this format can have.
    public var longestFrame: Int { FrameHeader.length(kbps: isLowSamplingFrequency ? 160 : 320, format: self) + 1 }

    /// Bytes in the shortest.
    public var shortestFrame: Int { FrameHeader.length(kbps: isLowSamplingFrequency ? 8 : 32, format: self) }
}

extension FrameFormat: CustomStringConvertible {
    public var description: String {
        "\(version.name) Layer III, \(sampleRate) Hz, \(channels == 1 ? "mono" : "stereo")"
    }
}
