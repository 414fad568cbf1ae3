import Glibc

/// Reads a text of a fixed grammar byte by byte from its front, such as an id or a key. Comparing characters instead would
/// take as long as all else together, where there are millions of them.
public struct TextCursor {
    /// What is not read yet.
    public private(set) var rest: Slice<UnsafeBufferPointer<UInt8>>

    /// - Parameter bytes: must outlive the cursor.
    public init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = bytes[...] }

    public init(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) { rest = bytes }

    public var isAtEnd: Bool { rest.isEmpty }

    /// - Returns: whether the text goes on with `literal`, which is read then.
    public mutating func take(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard rest.count >= count, rest.prefix(count).spells(literal) else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    /// - Returns: so many bytes; nil, and nothing is read, if there are fewer.
    public mutating func take(bytes count: Int) -> Slice<UnsafeBufferPointer<UInt8>>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// A number with one way to write it: decimal digits, no sign, no leading zero.
    ///
    /// - Returns: nil, and then nothing may follow, if there is none or it is too large for its type.
    ///
    /// Read as 64 bits, whatever the type: arithmetic on a type that only the caller knows takes a call for each step.
    @inlinable
    public mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number? {
        let start = self
        guard let number = whole().flatMap({ Number(exactly: $0) }) else {
            self = start
            return nil
        }
        return number
    }

    @usableFromInline
    mutating func whole() -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        for byte in rest {
            guard byte &- UInt8(ascii: "0") < 10 else { break }
            // What follows a zero at the front.
            guard count == 0 || value > 0 else { return nil }
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeNow) = tens.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
            guard !isTooLarge, !isTooLargeNow else { return nil }
            value = sum
            count += 1
        }
        guard count > 0 else { return nil }
        rest = rest.dropFirst(count)
        return value
    }
}

extension Slice where Base == UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of a text, and no more.
    public func spells(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        guard count > 0, let base = base.baseAddress else { return true }
        return memcmp(base + startIndex, text.utf8Start, count) == 0
    }
}
