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

    func values(of name: String) -> [String] {
        var name = name
        return name.withUTF8 { wanted in bytes.withUnsafeBytes { Self.values(of: wanted, in: $0) } }
    }

    private static func values(
        of wanted: UnsafeBufferPointer<UInt8>, in packed: UnsafeRawBufferPointer
    ) -> [String] {
        var found: [String] = []
        var at = 0
        while at + 8 <= packed.count {
            let nameSize = Int(packed.loadUnaligned(fromByteOffset: at, as: UInt32.self))
            let valueSize = Int(packed.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
            let value = at + 8 + nameSize
            if nameSize == wanted.count, isName(packed[(at + 8)..<value], wanted) {
                found.append(String(decoding: packed[value..<(value + valueSize)], as: UTF8.self))
            }
            at = value + valueSize
        }
        return found
    }

    private static func isName(_ name: Slice<UnsafeRawBufferPointer>, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
        for (ours, theirs) in zip(name, wanted) where ours != lowered(theirs) { return false }
        return true
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
