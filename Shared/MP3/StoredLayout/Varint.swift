/// Whole numbers in as few bytes as they need: seven bits a byte, the low ones first, the eighth set on all but the last.
struct VarintWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Small magnitudes of either sign stay short: 0, -1, 1, -2 become 0, 1, 2, 3.
    mutating func writeSigned(_ value: Int) { write((value << 1) ^ (value >> 63)) }

    mutating func write(_ text: String) {
        write(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads what `VarintWriter` wrote, from bytes that may be anything.
struct VarintReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { index == bytes.count }

    /// - Throws: `.malformed` at the end of the bytes, or above 2^62.
    mutating func read() throws(StoredLayoutFault) -> Int {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 56, by: 7) {
            guard index < bytes.count else { throw .malformed }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                guard value < 1 << 62 else { throw .malformed }
                return Int(value)
            }
        }
        throw .malformed
    }

    mutating func read(in range: ClosedRange<Int>) throws(StoredLayoutFault) -> Int {
        let value = try read()
        guard range.contains(value) else { throw .malformed }
        return value
    }

    mutating func readSigned() throws(StoredLayoutFault) -> Int {
        let value = try read()
        return value >> 1 ^ -(value & 1)
    }

    mutating func readText(atMost limit: Int) throws(StoredLayoutFault) -> String {
        let count = try read(in: 0...limit)
        guard count <= bytes.count - index else { throw .malformed }
        defer { index += count }
        guard let text = String(validating: bytes[index..<index + count], as: UTF8.self) else { throw .malformed }
        return text
    }
}
