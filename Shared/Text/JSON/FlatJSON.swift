/// Reads a flat JSON object (RFC 8259) field by field, without building anything: for values that are read by the million
/// and that we have mostly written ourselves.
///
/// It takes less than JSON is: texts of printable ASCII without an escape other than `\/`, whole numbers from 0 to
/// `Int64.max`, `true` and `false`. Of anything else it says that it can't read it, and a decoder of all JSON has to.
public enum FlatJSON {
    public enum Value {
        /// Unescaped. Lent for as long as the call takes.
        case text(Slice<UnsafeBufferPointer<UInt8>>)
        case number(Int64)
        case flag(Bool)
    }

    /// - Parameter field: takes one field, whose name is lent for as long as the call takes; false ends the reading.
    /// - Returns: whether all of `json` is one such object, and `field` took each of its fields.
    public static func read(
        _ json: [UInt8], _ field: (_ name: Slice<UnsafeBufferPointer<UInt8>>, _ value: Value) -> Bool
    ) -> Bool {
        json.withUnsafeBufferPointer { bytes in
            // No text gets longer by unescaping.
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: bytes.count) { room in
                var reader = Reader(cursor: TextCursor(bytes), room: room)
                return reader.object(field)
            }
        }
    }

    private struct Reader {
        var cursor: TextCursor
        let room: UnsafeMutableBufferPointer<UInt8>
        var used = 0

        mutating func object(_ field: (Slice<UnsafeBufferPointer<UInt8>>, Value) -> Bool) -> Bool {
            skipBlanks()
            guard cursor.take("{") else { return false }
            skipBlanks()
            if !cursor.take("}") {
                repeat {
                    skipBlanks()
                    guard let name = text() else { return false }
                    skipBlanks()
                    guard cursor.take(":") else { return false }
                    skipBlanks()
                    guard let value = value(), field(name, value) else { return false }
                    skipBlanks()
                } while cursor.take(",")
                guard cursor.take("}") else { return false }
            }
            skipBlanks()
            return cursor.isAtEnd
        }

        /// RFC 8259, 2.
        private mutating func skipBlanks() {
            while let byte = cursor.rest.first, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
                _ = cursor.take(bytes: 1)
            }
        }

        private mutating func value() -> Value? {
            switch cursor.rest.first {
            case UInt8(ascii: "\""): text().map { .text($0) }
            case UInt8(ascii: "t"): cursor.take("true") ? .flag(true) : nil
            case UInt8(ascii: "f"): cursor.take("false") ? .flag(false) : nil
            // What follows the digits is a blank, a comma or a bracket, or the object can't be read.
            default: cursor.number(Int64.self).map { .number($0) }
            }
        }

        private mutating func text() -> Slice<UnsafeBufferPointer<UInt8>>? {
            guard cursor.take("\"") else { return nil }
            let start = used
            var length = 0
            var isEscaped = false
            for byte in cursor.rest {
                length += 1
                if isEscaped {
                    guard byte == UInt8(ascii: "/") else { return nil }
                    isEscaped = false
                } else if byte == UInt8(ascii: "\"") {
                    _ = cursor.take(bytes: length)
                    return UnsafeBufferPointer(room)[start..<used]
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                    continue
                }
                guard (0x20...0x7E).contains(byte) else { return nil }
                room[used] = byte
                used += 1
            }
            return nil
        }
    }
}
