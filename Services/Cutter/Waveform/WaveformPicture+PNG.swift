import Compression

extension WaveformPicture {
    /// One bit for each pixel, and two colours (ISO/IEC 15948, 11.2 and 11.3.2; `tRNS` is 11.3.2.1).
    ///
    /// - Returns: nil only when zlib has no memory.
    var png: [UInt8]? {
        guard let packed = Deflate.pack(rows) else { return nil }
        let background = colors.background ?? Color(red: 0, green: 0, blue: 0)
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        // One bit a sample, colours by number, and no interlacing.
        file += Self.chunk("IHDR", Self.bytes(width) + Self.bytes(height) + [1, 3, 0, 0, 0])
        file += Self.chunk("PLTE", background.bytes + colors.wave.bytes)
        if colors.background == nil { file += Self.chunk("tRNS", [0]) }
        file += Self.chunk("IDAT", packed)
        file += Self.chunk("IEND", [])
        return file
    }

    /// Row by row from the top: the filter's number, 0 for none, and the pixels, the leftmost in a byte's highest bit.
    private var rows: [UInt8] {
        let rowBytes = 1 + (width + 7) / 8
        var rows = [UInt8](repeating: 0, count: rowBytes * height)
        for (column, drawn) in columns.enumerated() {
            for row in drawn { rows[row * rowBytes + 1 + column / 8] |= 0x80 >> UInt8(column % 8) }
        }
        return rows
    }

    private static func chunk(_ type: StaticString, _ data: [UInt8]) -> [UInt8] {
        let body = type.withUTF8Buffer { Array($0) } + data
        return bytes(data.count) + body + bytes(Int(Deflate.checksum(body)))
    }

    /// Four bytes, the highest first.
    private static func bytes(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
