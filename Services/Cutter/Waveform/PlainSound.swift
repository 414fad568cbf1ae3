/// Decoded sound of 16 bits, of which waveforms are made: as ffmpeg decodes a clip.
struct PlainSound {
    /// Samples of each channel in a second.
    let rate: Int
    /// 1 or 2.
    let channels: Int
    private let file: [UInt8]
    private let place: Range<Int>

    /// - Parameter file: 16-bit PCM in RIFF/WAVE; nil for anything else, and without a single sample.
    init?(wave file: [UInt8]) {
        guard let found = WaveFile(file, bits: 16), !found.samples.isEmpty else { return nil }
        rate = found.rate
        channels = found.channels
        place = found.samples
        self.file = file
    }

    /// Samples of each channel; 1 or more.
    var count: Int { place.count / (2 * channels) }

    /// Calls `body` with a way to read: the sample of a channel at a moment, or of all channels mixed.
    ///
    /// For as long as `body` runs. Millions of samples are read so, hence without a check of each.
    func reading<Value>(_ body: (Reader) -> Value) -> Value {
        file.withUnsafeBytes { body(Reader(bytes: UnsafeRawBufferPointer(rebasing: $0[place]), channels: channels)) }
    }

    struct Reader {
        fileprivate let bytes: UnsafeRawBufferPointer
        fileprivate let channels: Int

        func sample(_ moment: Int, channel: Int) -> Int {
            let place = 2 * (moment * channels + channel)
            return Int(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int16.self)))
        }

        /// The channels' sum, divided by their number towards zero: as audiowaveform mixes (`WaveformGenerator::process`).
        func mixed(_ moment: Int) -> Int {
            if channels == 1 { return sample(moment, channel: 0) }
            return (sample(moment, channel: 0) + sample(moment, channel: 1)) / 2
        }

        /// The least and the greatest sample of `moments`, which are not empty.
        func extremes(_ moments: Range<Int>, _ sample: (Int) -> Int) -> (least: Int, greatest: Int) {
            var (least, greatest) = (Int.max, Int.min)
            for moment in moments {
                let value = sample(moment)
                if value < least { least = value }
                if value > greatest { greatest = value }
            }
            return (least, greatest)
        }
    }
}
