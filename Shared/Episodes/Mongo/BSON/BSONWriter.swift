import Domain

extension BSONDocument {
    /// The document as BSON bytes. Names must not hold zero bytes: ours are constants.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        Self.append(fields.lazy.map { ($0.name, $0.value) }, to: &bytes)
        return bytes
    }

    private static func append(_ fields: some Sequence<(String, BSONValue)>, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: [0, 0, 0, 0])
        for (name, value) in fields {
            bytes.append(value.type)
            bytes.append(contentsOf: name.utf8.lazy.filter { $0 != 0 })
            bytes.append(0)
            append(value, to: &bytes)
        }
        bytes.append(0)
        bytes.replaceSubrange(start..<start + 4, with: littleEndian(UInt32(bytes.count - start)))
    }

    private static func append(_ value: BSONValue, to bytes: inout [UInt8]) {
        switch value {
        case .double(let value): bytes.append(contentsOf: littleEndian(value.bitPattern))
        case .string(let text):
            bytes.append(contentsOf: littleEndian(UInt32(text.utf8.count + 1)))
            bytes.append(contentsOf: text.utf8)
            bytes.append(0)
        case .document(let document): append(document.fields.lazy.map { ($0.name, $0.value) }, to: &bytes)
        case .array(let values): append(values.lazy.enumerated().map { (String($0), $1) }, to: &bytes)
        case .objectID(let id): bytes.append(contentsOf: id.bytes)
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .date(let value), .int64(let value): bytes.append(contentsOf: littleEndian(UInt64(bitPattern: value)))
        case .null, .other: break
        case .int32(let value): bytes.append(contentsOf: littleEndian(UInt32(bitPattern: value)))
        case .decimal(let value):
            bytes.append(contentsOf: littleEndian(value.low))
            bytes.append(contentsOf: littleEndian(value.high))
        }
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }
}

extension BSONValue {
    /// The byte before the name. What was read without its bytes can only be written as null.
    fileprivate var type: UInt8 {
        switch self {
        case .double: 0x01
        case .string: 0x02
        case .document: 0x03
        case .array: 0x04
        case .objectID: 0x07
        case .bool: 0x08
        case .date: 0x09
        case .null, .other: 0x0A
        case .int32: 0x10
        case .int64: 0x12
        case .decimal: 0x13
        }
    }
}
