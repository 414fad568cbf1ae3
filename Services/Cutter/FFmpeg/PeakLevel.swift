import Glibc
import Text

/// How far the loudest sample of a clip is from full scale.
struct PeakLevel: Equatable {
    /// In dBFS (AES17): 0 at full scale, and less below it; nil for silence.
    let decibels: Double?

    /// - Parameter file: 32-bit samples as ffmpeg writes them.
    init(ofWave file: [UInt8]) throws(FFmpegFault) {
        guard let sound = FFmpegSound(wave: file) else { throw .unplayable(why: "ffmpeg made no plain sound of it") }
        let peak = sound.samples.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count - 3, by: 4).reduce(Float(0)) { loudest, at in
                let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
                return max(loudest, abs(Float(bitPattern: bits)))
            }
        }
        decibels = peak > 0 ? 20 * log10(Double(peak)) : nil
    }

    var json: [UInt8] {
        var json = JSONWriter(reserving: 64)
        json.object { json in
            json.key("peak_dbfs")
            if let decibels { json.value((decibels * 100).rounded() / 100) } else { json.null() }
        }
        return json.bytes
    }
}
