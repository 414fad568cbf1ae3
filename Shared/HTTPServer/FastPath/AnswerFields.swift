import Text

/// Header fields of one answer, written one after the other into memory that is there anyway.
public struct AnswerFields: ~Copyable {
    /// Of all fields together; an answer with more is not sent.
    static let mostBytes = 1_024

    private let room: UnsafeMutableBufferPointer<UInt8>
    private var used = 0
    private var count = 0
    private var isFit = true

    /// - Parameter room: good for as long as this is.
    init(_ room: UnsafeMutableBufferPointer<UInt8>) { self.room = room }

    /// - Parameter value: writes it by `put`.
    public mutating func add(_ name: StaticString, _ value: (inout AnswerFields) -> Void) {
        put(name)
        end()
        value(&self)
        end()
        count += 1
    }

    public mutating func put(_ text: StaticString) {
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes.count <= room.count - used else {
            isFit = false
            return
        }
        _ = UnsafeMutableBufferPointer(rebasing: room[used...]).update(fromContentsOf: bytes)
        used += bytes.count
    }

    /// An answer with a text that no field may hold is not sent (RFC 9110, 5.5, without the tab).
    public mutating func put(_ text: String) {
        for byte in text.utf8 {
            guard byte >= 0x20, byte != 0x7F, used < room.count else {
                isFit = false
                return
            }
            room[used] = byte
            used += 1
        }
    }

    /// - Parameter radix: 2 to 36.
    public mutating func put(_ number: UInt64, radix: UInt64 = 10) {
        var rest = number
        var digits = 1
        while rest >= radix {
            rest /= radix
            digits += 1
        }
        guard digits <= room.count - used else {
            isFit = false
            return
        }
        rest = number
        for place in stride(from: used + digits - 1, through: used, by: -1) {
            let digit = UInt8(rest % radix)
            room[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest /= radix
        }
        used += digits
    }

    private mutating func end() {
        guard used < room.count else {
            isFit = false
            return
        }
        room[used] = 0
        used += 1
    }

    /// Name, zero, value, zero, and so on; nil if not all fields fit, or one may not be sent.
    func withFields<Value>(_ body: (UnsafeBufferPointer<UInt8>, _ count: Int) -> Value?) -> Value? {
        isFit ? body(UnsafeBufferPointer(rebasing: room[..<used]), count) : nil
    }
}
