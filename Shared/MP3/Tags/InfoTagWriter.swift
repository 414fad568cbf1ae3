/// Writes the tag frame in front of a clip.
///
/// Layout from the tag's first byte: four letters, flags (1 frames, 2 bytes, 4 table of contents, 8 quality), the fields
/// that the flags name, and LAME's part of 36 bytes. Source: as for `InfoTag`.
struct InfoTagWriter {
    let model: FrameHeader
    let isConstant: Bool
    let delay: Int
    let padding: Int
    /// The lengths of the frames behind.
    let lengths: [Int]

    /// - Parameter body: the frames behind the tag.
    func published(_ body: [UInt8]) -> [UInt8] {
        var frame = blank(fields: 112 + 36)
        let total = frame.count + body.count
        var writer = Writer(at: start)
        writer.put(1 | 2 | 4 | 8, bytes: 4, &frame)
        writer.put(lengths.count, bytes: 4, &frame)
        writer.put(total, bytes: 4, &frame)
        for entry in tableOfContents(tagLength: frame.count, total: total) { writer.put(entry, bytes: 1, &frame) }
        writer.put(100, bytes: 4, &frame)
        let lame = writer.place
        putGapless(&writer, &frame)
        // Behind delay and padding: flags, gain, preset, then the length of everything and the checksums.
        writer.place = lame + 28
        writer.put(total, bytes: 4, &frame)
        var music = TagCRC()
        music.add(body)
        writer.put(Int(music.value), bytes: 2, &frame)
        var own = TagCRC()
        own.add(Array(frame[..<writer.place]))
        writer.put(Int(own.value), bytes: 2, &frame)
        return frame
    }

    /// - Parameter frames: the count to be stated.
    func piped(frames: Int) -> [UInt8] {
        var frame = blank(fields: 8 + 36)
        var writer = Writer(at: start)
        writer.put(1 | 8, bytes: 4, &frame)
        writer.put(frames, bytes: 4, &frame)
        writer.put(100, bytes: 4, &frame)
        putGapless(&writer, &frame)
        return frame
    }

    private var start: Int { model.tagOffset + 4 }

    /// A silent frame with room for the tag, its four letters written.
    private func blank(fields: Int) -> [UInt8] {
        let room = model.tagOffset + 8 + fields
        var frame = Carrier.frame(like: model, holding: [])
        if frame.count < room {
            let header = Carrier.shortest(like: model, room: room)
            frame = Carrier.frame(like: header, holding: [])
        }
        let letters = Array((isConstant ? "Info" : "Xing").utf8)
        frame.replaceSubrange(model.tagOffset..<model.tagOffset + letters.count, with: letters)
        return frame
    }

    private func putGapless(_ writer: inout Writer, _ frame: inout [UInt8]) {
        let lame = writer.place
        for letter in InfoTag.clipEncoder.utf8 { writer.put(Int(letter), bytes: 1, &frame) }
        writer.put(isConstant ? 1 : 0, bytes: 1, &frame)  // tag revision 0; method 1 constant, 0 unknown
        writer.place = lame + 21
        writer.put(min(max(delay, 0), 0xFFF) << 12 | min(max(padding, 0), 0xFFF), bytes: 3, &frame)
    }

    /// For each hundredth of the playing time, where in the clip it begins, in 256ths.
    private func tableOfContents(tagLength: Int, total: Int) -> [Int] {
        var entries: [Int] = []
        var place = tagLength
        var number = 0
        for percent in 0..<100 {
            while number < percent * lengths.count / 100 {
                place += lengths[number]
                number += 1
            }
            entries.append(min(255, place * 256 / total))
        }
        return entries
    }

    /// Puts big-endian numbers one after the other; what would lie behind the frame is left out.
    private struct Writer {
        var place: Int

        init(at place: Int) { self.place = place }

        mutating func put(_ value: Int, bytes: Int, _ frame: inout [UInt8]) {
            for shift in (0..<bytes).reversed() {
                if frame.indices.contains(place) { frame[place] = UInt8(truncatingIfNeeded: value >> (8 * shift)) }
                place += 1
            }
        }
    }
}
