/// How fine and how exact a waveform's data are. Clients choose each by its own parameter.
public struct PeaksVariant: Hashable, Sendable, CaseIterable {
    /// Samples of each channel that one minimum and one maximum stand for. The raw value is the word of the parameter.
    public enum SamplesPerPixel: Int, Sendable, CaseIterable {
        case from128 = 128
        case from256 = 256
        case from512 = 512
        case from1024 = 1024
        case from2048 = 2048
        case from4096 = 4096
    }

    /// Of each value.
    public enum Bits: Int, Sendable, CaseIterable {
        case eight = 8
        case sixteen = 16
    }

    public enum Channels: String, Sendable, CaseIterable {
        /// One waveform of the mean of all channels.
        case mono
        /// One for each channel.
        case split
    }

    public let samplesPerPixel: SamplesPerPixel
    public let bits: Bits
    public let channels: Channels

    public init(samplesPerPixel: SamplesPerPixel, bits: Bits, channels: Channels) {
        self.samplesPerPixel = samplesPerPixel
        self.bits = bits
        self.channels = channels
    }

    /// What Peaks.js' manual has audiowaveform make: its own scale, and 8 bits.
    public static let standard = PeaksVariant(samplesPerPixel: .from256, bits: .eight, channels: .mono)

    public static let allCases: [PeaksVariant] = SamplesPerPixel.allCases.flatMap { samples in
        Bits.allCases.flatMap { bits in
            Channels.allCases.map { PeaksVariant(samplesPerPixel: samples, bits: bits, channels: $0) }
        }
    }
}

/// How large a picture of a waveform is, and in which colours.
public struct PictureVariant: Hashable, Sendable, CaseIterable {
    /// Pixels. The raw value is the word of the parameter.
    public enum Size: String, Sendable, CaseIterable {
        case small = "320x64"
        case medium = "640x128"
        case large = "1280x256"

        public var width: Int {
            switch self {
            case .small: 320
            case .medium: 640
            case .large: 1280
            }
        }

        public var height: Int { width / 5 }
    }

    public enum Colors: String, Sendable, CaseIterable {
        /// Blue on white.
        case light
        /// Light green on near black.
        case dark
        /// Grey on nothing, for any background.
        case clear
    }

    public let size: Size
    public let colors: Colors

    public init(size: Size, colors: Colors) {
        self.size = size
        self.colors = colors
    }

    public static let standard = PictureVariant(size: .medium, colors: .light)

    public static let allCases: [PictureVariant] = Size.allCases.flatMap { size in
        Colors.allCases.map { PictureVariant(size: size, colors: $0) }
    }
}

extension PeaksVariant: CustomStringConvertible {
    /// As in clip ids: `512-16-split`.
    public var description: String { "\(samplesPerPixel.rawValue)-\(bits.rawValue)-\(channels.rawValue)" }
}

extension PictureVariant: CustomStringConvertible {
    /// As in clip ids: `320x64-dark`.
    public var description: String { "\(size.rawValue)-\(colors.rawValue)" }
}
