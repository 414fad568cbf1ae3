import Domain

/// What clips will take and cost, before they are made: by prices that are inputs, as scripts/cost reckons it.
struct WarmEstimate: Sendable {
    /// Bytes of an MP3 clip of 30 s; 128 kbit/s and a tag unless it is said.
    var clipBytes: Double = 481_738
    /// Dollars for 1,000 PUTs, and for 1,000 GETs and HEADs.
    var put = 0.005
    var get = 0.0004
    /// Dollars for a GB (10⁹ bytes) stored for a month.
    var storage = 0.023
    var lifetimeDays = 30.0

    /// As good a guess as can be made without the sound: of text and of pictures it is the order of magnitude.
    func bytes(of clip: WarmClip) -> Int64 {
        let seconds = Double(clip.durationMs ?? 30_000) / 1000
        let bytes: Double =
            switch clip.format.standard {
            case .mp3: clipBytes / 30 * seconds
            case .m4a: 16_500 * seconds
            case .opus, .webm: 8_500 * seconds
            // 16 bits, two channels, 44,100 Hz.
            case .wav: 176_400 * seconds
            // 172 pairs of numbers a second, as text and as bytes.
            case .peaks: 1_400 * seconds
            case .dat: 345 * seconds
            case .svg, .png: 20_000
            case .transcript: 200 * seconds
            }
        return Int64(bytes.rounded())
    }

    /// Dollars for making clips and for storing them as long as they are kept.
    func cost(clips: Int, bytes: Int64) -> (making: Double, storing: Double) {
        // A new clip: a PUT, a ranged GET of the source, a HEAD; and at most a LIST of its episode's folder.
        (
            Double(clips) * (2 * put + 2 * get) / 1000,
            Double(bytes) / 1e9 * storage * lifetimeDays / 30
        )
    }
}
