import Domain
import Text

/// A clip's waveform as data: the least and the greatest of each so many samples, the last of them for what is left.
///
/// It begins with the clip's first sample and ends with its last. What is computed, and how it is written, is
/// audiowaveform's: `WaveformGenerator::process`, `WaveformBuffer::save` and `saveAsJson` of its source, and its page
/// "Waveform data file format". Programs that read its files read these.
struct Peaks: Equatable {
    /// Of the sound, in samples of each channel in a second.
    let rate: Int
    let samplesPerPixel: Int
    let bits: PeaksVariant.Bits
    /// Waveforms: 1 where channels were mixed.
    let channels: Int
    /// The least and the greatest of the first channel, of the next, and so on; then those of the next samples.
    let values: [Int16]

    init(_ sound: PlainSound, _ variant: PeaksVariant) {
        rate = sound.rate
        samplesPerPixel = variant.samplesPerPixel.rawValue
        bits = variant.bits
        let channels = variant.channels == .mono ? 1 : sound.channels
        self.channels = channels
        // Eight bits are what is left of sixteen, rounded towards zero.
        let divisor = variant.bits == .eight ? 256 : 1
        let step = samplesPerPixel
        values = sound.reading { reader in
            var values: [Int16] = []
            values.reserveCapacity((sound.count + step - 1) / step * 2 * channels)
            for start in stride(from: 0, to: sound.count, by: step) {
                let moments = start..<min(start + step, sound.count)
                for channel in 0..<channels {
                    let (least, greatest) =
                        variant.channels == .mono
                        ? reader.extremes(moments) { reader.mixed($0) }
                        : reader.extremes(moments) { reader.sample($0, channel: channel) }
                    values.append(Int16(least / divisor))
                    values.append(Int16(greatest / divisor))
                }
            }
            return values
        }
    }

    /// Pairs of values for each channel.
    var length: Int { values.count / (2 * channels) }

    /// With a line end behind it, as audiowaveform writes it.
    var json: [UInt8] {
        var json = JSONWriter(reserving: 128 + 6 * values.count)
        json.object { json in
            json.field("version", 2)
            json.field("channels", channels)
            json.field("sample_rate", rate)
            json.field("samples_per_pixel", samplesPerPixel)
            json.field("bits", bits.rawValue)
            json.field("length", length)
            json.array("data") { json in
                for value in values { json.value(value) }
            }
        }
        json.endLine()
        return json.bytes
    }

    /// The binary form, version 2, all numbers little-endian.
    var binary: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24 + values.count * bits.rawValue / 8)
        func append(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(Int32(2))
        append(UInt32(bits == .eight ? 1 : 0))
        append(Int32(rate))
        append(Int32(samplesPerPixel))
        append(UInt32(length))
        append(Int32(channels))
        for value in values {
            switch bits {
            case .eight: append(Int8(value))
            case .sixteen: append(value)
            }
        }
        return bytes
    }
}
