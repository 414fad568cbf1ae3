/// A record's headers in one piece of memory: for each two 32-bit sizes, the name, the value. A record has eight of them, and
/// most are never looked at.
struct PackedHeaders: Sendable {
    private var bytes: [UInt8] = []

    init() {}

    init(_ headers: [RecordHeader]) {
        for header in headers {
            var name = header.name
            name.withUTF8 { name in
                header.value.withUnsafeBytes { append(name: UnsafeRawBufferPointer(name), value: $0) }
            }
        }
    }

    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        if bytes.isEmpty { bytes.reserveCapacity(384) }
        for size in [UInt32(truncatingIfNeeded: name.count), UInt32(truncatingIfNeeded: value.count)] {
            withUnsafeBytes(of: size) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
    }

    var all: [RecordHeader] {
        var headers: [RecordHeader] = []
        each { name, value in
            headers.append(RecordHeader(name: String(decoding: name, as: UTF8.self), value: [UInt8](value)))
        }
        return headers
    }

    /// The value of the last header of that name.
    func last(_ wanted: String) -> [UInt8]? {
        var wanted = wanted
        var found: [UInt8]?
        wanted.withUTF8 { wanted in
            each { name, value in if name.elementsEqual(wanted) { found = [UInt8](value) } }
        }
        return found
    }

    private func each(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { packed in
            var at = 0
            while at + 8 <= packed.count {
                let nameEnd = at + 8 + Int(packed.loadUnaligned(fromByteOffset: at, as: UInt32.self))
                let valueEnd = nameEnd + Int(packed.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
                body(
                    UnsafeRawBufferPointer(rebasing: packed[(at + 8)..<nameEnd]),
                    UnsafeRawBufferPointer(rebasing: packed[nameEnd..<valueEnd]))
                at = valueEnd
            }
        }
    }
}
