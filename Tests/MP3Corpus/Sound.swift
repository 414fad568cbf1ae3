import Glibc

/// A sound in which every stretch differs from every other: noise over a tone that rises anew each second from a pitch of
/// that second's own. No shift by a sample can go unnoticed, and the loud and soft seconds make encoders vary their rate.
package enum Sound {
    package static func wave(seconds: Int, sampleRate: Int = 44_100, seed: UInt64) throws -> String {
        let path = "\(Files.cache)/sound-\(seconds)-\(sampleRate)-\(seed).wav"
        guard !Files.exists(path) else { return path }
        var dice = Dice(seed: seed)
        var samples = [Int16](repeating: 0, count: seconds * sampleRate * 2)
        samples.withUnsafeMutableBufferPointer { samples in
            for second in 0..<seconds {
                let pitch = 200 + Double(dice.next() % 3_000)
                let loud = [0.02, 0.1, 0.3, 0.6][Int(dice.next() % 4)]
                var phase = 0.0
                for i in 0..<sampleRate {
                    let at = (second * sampleRate + i) * 2
                    phase += 2 * Double.pi * (pitch + 1_500 * Double(i) / Double(sampleRate)) / Double(sampleRate)
                    let tone = sin(phase) * 12_000 * loud
                    let noise = dice.next()
                    samples[at] = Int16(tone + Double(Int16(truncatingIfNeeded: noise)) * 0.25 * loud)
                    samples[at + 1] = Int16(tone * 0.7 + Double(Int16(truncatingIfNeeded: noise >> 16)) * 0.2 * loud)
                }
            }
        }
        let data = samples.withUnsafeBytes { Array($0) }
        try Files.write(header(bytes: data.count, sampleRate: sampleRate) + data, to: path)
        return path
    }

    private static func header(bytes: Int, sampleRate: Int) -> [UInt8] {
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        return Array("RIFF".utf8) + number(36 + bytes, 4) + Array("WAVEfmt ".utf8) + number(16, 4) + number(1, 2)
            + number(2, 2) + number(sampleRate, 4) + number(sampleRate * 4, 4) + number(4, 2) + number(16, 2)
            + Array("data".utf8) + number(bytes, 4)
    }
}
