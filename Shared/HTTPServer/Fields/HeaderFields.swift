/// A request's header fields in one buffer: per field two 32-bit sizes, the name in lower case, the value.
///
/// One allocation for all, and no string is made of a field that nobody asks for.
struct HeaderFields: Sendable {
    private let bytes: [UInt8]

    init(packed bytes: [UInt8]) { self.bytes = bytes }

    init(_ headers: [(name: String, value: String)]) {
        var bytes: [UInt8] = []
        for (name, value) in headers {
            for size in [UInt32(name.utf8.count), UInt32(value.utf8.count)] {
                withUnsafeBytes(of: size) { bytes.append(contentsOf: $0) }
            }
            bytes.append(contentsOf: name.utf8.map(Self.lowered))
            bytes.append(contentsOf: value.utf8)
        }
        self.bytes = bytes
    }

    /// The one value, or all joined as RFC 9110, 5.2, says; nil without any.
    func combined(_ name: String) -> String? {
        var combined: String?
        each(name) { value in combined = combined.map { "\($0), \(value)" } ?? value }
        return combined
    }

    func values(of name: String) -> [String] {
        var values: [String] = []
        each(name) { values.append($0) }
        return values
    }

    private func each(_ name: String, _ found: (String) -> Void) {
        var name = name
        name.withUTF8 { wanted in bytes.withUnsafeBytes { Self.each(wanted, in: $0, found) } }
    }

    private static func each(
        _ wanted: UnsafeBufferPointer<UInt8>, in packed: UnsafeRawBufferPointer, _ found: (String) -> Void
    ) {
        var at = 0
        while at + 8 <= packed.count {
            let nameSize = Int(packed.loadUnaligned(fromByteOffset: at, as: UInt32.self))
            let valueSize = Int(packed.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
            let value = at + 8 + nameSize
            if nameSize == wanted.count, isName(packed[(at + 8)..<value], wanted) {
                found(String(decoding: packed[value..<(value + valueSize)], as: UTF8.self))
            }
            at = value + valueSize
        }
    }

    private static func isName(_ name: Slice<UnsafeRawBufferPointer>, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
        for (ours, theirs) in zip(name, wanted) where ours != lowered(theirs) { return false }
        return true
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
