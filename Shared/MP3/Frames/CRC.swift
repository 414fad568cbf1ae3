/// CRC-16 of a frame: polynomial 0x8005, first bit first, beginning with all ones. Source: ISO/IEC 11172-3, 2.4.3.1.
struct FrameCRC {
    private(set) var value: UInt16 = 0xFFFF

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            value ^= UInt16(byte) << 8
            for _ in 0..<8 { value = value & 0x8000 != 0 ? value << 1 ^ 0x8005 : value << 1 }
        }
    }
}

/// CRC-16 of the Info tag: the same polynomial reflected, beginning with zero ("CRC-16/ARC"). Eight bytes at a time, as a
/// clip has half a million of them.
struct TagCRC {
    private(set) var value: UInt16 = 0

    /// `tables[k][b]`: what byte b leaves behind after k further zero bytes.
    private static let tables: [UInt16] = {
        var tables = [UInt16](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt16(byte)
            for _ in 0..<8 { crc = crc & 1 != 0 ? crc >> 1 ^ 0xA001 : crc >> 1 }
            tables[byte] = crc
        }
        for k in 1..<8 {
            for byte in 0..<256 {
                let before = tables[(k - 1) * 256 + byte]
                tables[k * 256 + byte] = before >> 8 ^ tables[Int(before & 0xFF)]
            }
        }
        return tables
    }()

    mutating func add(_ bytes: [UInt8]) {
        let crc = value
        value = Self.tables.withUnsafeBufferPointer { tables in
            bytes.withUnsafeBytes { raw in
                var crc = crc
                var i = 0
                // Indices stay below 8 · 256 by construction: k below 8, and a byte.
                while i &+ 8 <= raw.count {
                    let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: i, as: UInt64.self)) ^ UInt64(crc)
                    var next: UInt16 = 0
                    for k in 0..<8 {
                        next ^= tables[(7 &- k) &* 256 &+ Int(truncatingIfNeeded: word >> UInt64(8 &* k) & 0xFF)]
                    }
                    crc = next
                    i &+= 8
                }
                while i < raw.count {
                    crc = crc >> 8 ^ tables[Int((crc ^ UInt16(raw[i])) & 0xFF)]
                    i &+= 1
                }
                return crc
            }
        }
    }
}
