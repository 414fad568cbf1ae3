/// Frames without sound: those made to carry another's main data, and those silenced for want of theirs.
enum Carrier {
    /// A silent frame that ends with `mainData`.
    ///
    /// - Parameters:
    ///   - model: the frame that will follow; version, sampling frequency and mode are its own, and so is the bitrate
    ///     unless the bytes need a longer frame.
    ///   - mainData: at most `FrameFormat.farthestReach` bytes, which the longest frame of any format has room for.
    static func frame(like model: FrameHeader, holding mainData: [UInt8]) -> [UInt8] {
        let own = model.made(bitrateIndex: model.bitrateIndex)
        let header =
            own.length - own.mainDataOffset >= mainData.count
            ? own : shortest(like: model, room: own.mainDataOffset + mainData.count)
        var frame = [UInt8](repeating: 0, count: header.length)
        for i in 0..<4 { frame[i] = UInt8(truncatingIfNeeded: header.word >> (24 - 8 * i)) }
        let data = mainData.suffix(header.length - header.mainDataOffset)
        frame.replaceSubrange(frame.count - data.count..<frame.count, with: data)
        return frame
    }

    /// The header of the shortest frame with at least `room` bytes; of the longest there is, where none has.
    static func shortest(like model: FrameHeader, room: Int) -> FrameHeader {
        for index in 1...14 {
            let header = model.made(bitrateIndex: index)
            if header.length >= room { return header }
        }
        return model.made(bitrateIndex: 14)
    }

    /// Makes the frame at `place` sound as silence, and leaves its main data where later frames look for it.
    ///
    /// - Parameter reach: how many bytes of main data before it decoders shall keep, `farthestReach` at most.
    static func silence(_ bytes: inout [UInt8], _ header: FrameHeader, at place: Int, reach: Int) {
        let side = place + header.sideInfoOffset..<place + header.mainDataOffset
        guard place >= 0, side.upperBound <= bytes.count else { return }
        for i in side { bytes[i] = 0 }
        let bits = header.format.isLowSamplingFrequency ? reach << 8 : reach << 7
        bytes[side.lowerBound] = UInt8(truncatingIfNeeded: bits >> 8)
        bytes[side.lowerBound + 1] = UInt8(truncatingIfNeeded: bits)
        guard header.isProtected else { return }
        // The CRC covers the header's last two bytes and the side information. Source: ISO/IEC 11172-3, 2.4.3.1.
        var crc = FrameCRC()
        crc.add(bytes[place + 2..<place + 4])
        crc.add(bytes[side])
        bytes[place + 4] = UInt8(truncatingIfNeeded: crc.value >> 8)
        bytes[place + 5] = UInt8(truncatingIfNeeded: crc.value)
    }
}

extension FrameHeader {
    /// The header that `bytes` begin with.
    init?(_ bytes: [UInt8]) {
        guard let word = Window(bytes, at: 0).bigEndian32(at: 0) else { return nil }
        self.init(word: word)
    }
}
