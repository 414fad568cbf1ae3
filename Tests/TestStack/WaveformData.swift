import FoundationEssentials

/// A waveform as JSON (audiowaveform's data format, version 2), as any reader of it would take it.
public struct WaveformData: Decodable, Sendable {
    public let version, channels, sampleRate, samplesPerPixel, bits, length: Int
    public let data: [Int]

    /// - Throws: what is missing, or of another type.
    public static func decode(_ json: [UInt8]) throws -> WaveformData {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(WaveformData.self, from: Data(json))
    }
}
