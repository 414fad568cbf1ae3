/// JSON written field by field into one buffer: an answer has a dozen fields and is made tens of thousands of times a second.
///
/// Source: RFC 8259.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(reserving capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    mutating func object(_ write: (inout JSONText) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        write(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    mutating func object(_ name: StaticString, _ write: (inout JSONText) -> Void) {
        key(name)
        object(write)
    }

    mutating func array(_ name: StaticString, _ write: (inout JSONText) -> Void) {
        key(name)
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        write(&self)
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    mutating func field(_ name: StaticString, _ text: String) {
        key(name)
        append(quoting: text)
        needsComma = true
    }

    mutating func field(_ name: StaticString, _ number: some FixedWidthInteger) {
        key(name)
        append(number)
        needsComma = true
    }

    mutating func field(_ name: StaticString, _ flag: Bool) {
        key(name)
        append(flag ? "true" : "false")
        needsComma = true
    }

    /// A number of seconds from whole milliseconds, without a loss: 30, 29.5, 0.001.
    mutating func field(_ name: StaticString, secondsFromMs milliseconds: Int32) {
        key(name)
        append(milliseconds / 1000)
        var rest = milliseconds % 1000
        if rest != 0 {
            bytes.append(UInt8(ascii: "."))
            var divisor: Int32 = 100
            while rest != 0 {
                append(rest / divisor)
                rest %= divisor
                divisor /= 10
            }
        }
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    /// The name of what is written next.
    mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        append(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        var text = String(number)
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private mutating func append(quoting text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            // What needs no escape goes over in one piece: nearly always that is all of it.
            var start = 0
            for (index, byte) in utf8.enumerated() where Self.needsEscape(byte) {
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
                append(escaping: byte)
                start = index + 1
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
    }

    private mutating func append(escaping byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            bytes.append(byte)
        } else {
            bytes.append(contentsOf: Array("u00".utf8))
            bytes.append(Self.hexDigit(byte >> 4))
            bytes.append(Self.hexDigit(byte & 0xF))
        }
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x61 + nibble - 10 }
}
