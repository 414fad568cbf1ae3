/// JSON written field by field into one buffer: an answer has a dozen fields and is made tens of thousands of times a second.
///
/// Source: RFC 8259.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false
    private let escapes: JSONEscapes

    public init(reserving capacity: Int = 512, escapes: JSONEscapes = .wire) {
        self.escapes = escapes
        bytes.reserveCapacity(capacity)
    }

    // MARK: Objects and arrays

    @inlinable public mutating func object(_ write: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        write(&self)
        close(UInt8(ascii: "}"))
    }

    @inlinable public mutating func object(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
        key(name)
        object(write)
    }

    @inlinable public mutating func array(_ write: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        write(&self)
        close(UInt8(ascii: "]"))
    }

    @inlinable public mutating func array(_ name: StaticString, _ write: (inout JSONWriter) -> Void) {
        key(name)
        array(write)
    }

    // MARK: Fields

    public mutating func field(_ name: StaticString, _ text: String) {
        key(name)
        value(text)
    }

    @inlinable public mutating func field(_ name: StaticString, _ number: some FixedWidthInteger) {
        key(name)
        value(number)
    }

    public mutating func field(_ name: StaticString, _ flag: Bool) {
        key(name)
        value(flag)
    }

    /// `2024-12-31T12:00:00.000Z`.
    public mutating func field(_ name: StaticString, _ time: WallTime) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.appendTimestamp(time)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// A number of seconds from whole milliseconds, without a loss: 30, 29.5, 0.001.
    public mutating func field(_ name: StaticString, secondsFromMs milliseconds: Int32) {
        key(name)
        append(String(milliseconds / 1000))
        var rest = milliseconds % 1000
        if rest != 0 {
            bytes.append(UInt8(ascii: "."))
            var divisor: Int32 = 100
            while rest != 0 {
                append(String(rest / divisor))
                rest %= divisor
                divisor /= 10
            }
        }
        needsComma = true
    }

    /// The name of what is written next; it needs no escape.
    public mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// The same for a name that is not known in advance.
    public mutating func key(named name: String) {
        separate()
        append(quoting: name)
        bytes.append(UInt8(ascii: ":"))
    }

    // MARK: Values, of a key or in an array

    public mutating func value(_ text: String) {
        separate()
        append(quoting: text)
        needsComma = true
    }

    @inlinable public mutating func value(_ number: some FixedWidthInteger) { raw(String(number)) }

    /// The shortest text that reads back as the same number; `null` for what JSON lacks.
    public mutating func value(_ number: Double) { raw(number.isFinite ? "\(number)" : "null") }

    public mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }

    public mutating func null() { raw("null") }

    /// What is JSON already.
    public mutating func value(json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    // MARK: Parts

    /// For what stands in a file or a stream of such objects.
    public mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

    @usableFromInline mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
    }

    @usableFromInline mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    @usableFromInline mutating func raw(_ text: String) {
        separate()
        append(text)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    private mutating func append(quoting text: String) {
        bytes.append(UInt8(ascii: "\""))
        escapes.append(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}
