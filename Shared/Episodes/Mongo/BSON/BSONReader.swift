import Domain

/// Reads a BSON document (bsonspec.org, version 1.1) from untrusted bytes: every length is checked.
struct BSONReader {
    enum Fault: Error, Equatable {
        case truncated
        case badLength
        case badType(UInt8)
        case tooDeep
    }

    /// What MongoDB itself allows.
    static let deepest = 100

    private let bytes: [UInt8]
    private var at: Int
    private let end: Int
    private let depth: Int

    /// - Throws: `Fault` unless the bytes are one whole document.
    static func document(_ bytes: [UInt8]) throws(Fault) -> BSONDocument {
        var reader = BSONReader(bytes: bytes, at: 0, end: bytes.count, depth: 0)
        let document = BSONDocument(try reader.fields())
        guard reader.at == bytes.count else { throw .badLength }
        return document
    }

    /// - Throws: `Fault` unless the bytes are whole documents, one behind the other.
    static func documents(_ bytes: [UInt8]) throws(Fault) -> [BSONDocument] {
        var reader = BSONReader(bytes: bytes, at: 0, end: bytes.count, depth: 0)
        var documents: [BSONDocument] = []
        while reader.at < bytes.count { documents.append(BSONDocument(try reader.fields())) }
        return documents
    }

    /// A document or an array: its length, its elements, and a zero byte.
    private mutating func fields() throws(Fault) -> [BSONDocument.Field] {
        guard depth < Self.deepest else { throw .tooDeep }
        let start = at
        let length = Int(try int32())
        guard length >= 5, length <= end - start else { throw .badLength }
        var inside = BSONReader(bytes: bytes, at: at, end: start + length, depth: depth + 1)
        var fields: [BSONDocument.Field] = []
        while true {
            let type = try inside.byte()
            if type == 0 { break }
            let name = String(decoding: try inside.untilZero(), as: UTF8.self)
            fields.append(.init(name: name, value: try inside.value(type)))
        }
        guard inside.at == start + length else { throw .badLength }
        at = inside.at
        return fields
    }

    private mutating func value(_ type: UInt8) throws(Fault) -> BSONValue {
        switch type {
        case 0x01: return .double(Double(bitPattern: try uint64()))
        case 0x02:
            let text = try take(try length()).dropLast()
            return String(validating: text, as: UTF8.self).map(BSONValue.string) ?? .other(type: type)
        case 0x03: return .document(BSONDocument(try fields()))
        case 0x04: return .array(try fields().map(\.value))
        case 0x07: return ObjectID(bytes: try take(12)).map(BSONValue.objectID) ?? .other(type: type)
        case 0x08: return .bool(try byte() != 0)
        case 0x09: return .date(Int64(bitPattern: try uint64()))
        case 0x0A: return .null
        case 0x10: return .int32(try int32())
        case 0x12: return .int64(Int64(bitPattern: try uint64()))
        case 0x13:
            let low = try uint64()
            return .decimal(BSONDecimal(high: try uint64(), low: low))
        default:
            try skip(type)
            return .other(type: type)
        }
    }

    private mutating func skip(_ type: UInt8) throws(Fault) {
        switch type {
        case 0x05:  // binary: length, subtype, bytes
            let length = Int(try int32())
            guard length >= 0 else { throw .badLength }
            _ = try take(1)
            _ = try take(length)
        case 0x06, 0x7F, 0xFF: break  // undefined, the largest and the smallest key
        case 0x0B:  // regular expression
            _ = try untilZero()
            _ = try untilZero()
        case 0x0C:  // a pointer into another collection
            _ = try take(try length())
            _ = try take(12)
        case 0x0D, 0x0E: _ = try take(try length())  // code, symbol
        case 0x0F:  // code with scope: the length counts itself
            let length = Int(try int32())
            guard length >= 14 else { throw .badLength }
            _ = try take(length - 4)
        case 0x11: _ = try take(8)  // timestamp
        default: throw .badType(type)
        }
    }

    /// The length of a text with its closing zero byte.
    private mutating func length() throws(Fault) -> Int {
        let length = Int(try int32())
        guard length >= 1 else { throw .badLength }
        return length
    }

    private mutating func take(_ count: Int) throws(Fault) -> ArraySlice<UInt8> {
        guard count >= 0, count <= end - at else { throw .truncated }
        defer { at += count }
        return bytes[at..<at + count]
    }

    private mutating func untilZero() throws(Fault) -> ArraySlice<UInt8> {
        guard let zero = bytes[at..<end].firstIndex(of: 0) else { throw .truncated }
        defer { at = zero + 1 }
        return bytes[at..<zero]
    }

    private mutating func byte() throws(Fault) -> UInt8 {
        guard at < end else { throw .truncated }
        defer { at += 1 }
        return bytes[at]
    }

    private mutating func int32() throws(Fault) -> Int32 {
        Int32(bitPattern: try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }

    private mutating func uint64() throws(Fault) -> UInt64 {
        try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
