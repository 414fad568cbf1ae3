import Text

/// A `tracestate` that may be handed on: at most 32 members and 512 bytes, of two members with one key the first.
///
/// Source: [W3C Trace Context, 3.3, tracestate](https://www.w3.org/TR/trace-context/#tracestate-header); of the two levels'
/// grammars for keys that of [Level 2](https://www.w3.org/TR/trace-context-2/#key), which takes all of Level 1's.
public struct TraceState: Hashable, Sendable {
    static let mostMembers = 32
    static let mostBytes = 512
    /// Longer members are the first to go where there is no room (3.3.1.5, "tracestate Limits").
    private static let longMember = 128

    /// As it is sent: `rojo=00f067aa0ba902b7,congo=t61rcWkgMzE`.
    public let text: String

    /// - Parameter header: the fields of that name, joined by commas.
    /// - Returns: nil for what the grammar does not take, more than 32 members, or none at all: the whole of it is dropped then.
    public init?(parsing header: String) {
        var members: [(key: Substring, text: Substring)] = []
        for part in header.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let member = Substring(part).trimmingOWS
            // Empty members are allowed, and not counted.
            if member.isEmpty { continue }
            guard let equals = member.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let (key, value) = (member[..<equals], member[member.utf8.index(after: equals)...])
            guard Self.isKey(key), Self.isValue(value) else { return nil }
            if !members.contains(where: { $0.key == key }) { members.append((key, member)) }
            guard members.count <= Self.mostMembers else { return nil }
        }
        // Members to the left were changed last, and are worth most.
        var bytes = members.reduce(members.count - 1) { $0 + $1.text.utf8.count }
        if bytes > Self.mostBytes { members.removeAll { $0.text.utf8.count > Self.longMember } }
        bytes = members.reduce(members.count - 1) { $0 + $1.text.utf8.count }
        while bytes > Self.mostBytes, let last = members.popLast() { bytes -= last.text.utf8.count + 1 }
        guard !members.isEmpty else { return nil }
        text = members.map(\.text).joined(separator: ",")
    }

    /// `( lcalpha / DIGIT ) 0*255 ( lcalpha / DIGIT / "_" / "-" / "*" / "/" / "@" )`.
    private static func isKey(_ key: Substring) -> Bool {
        guard (1...256).contains(key.utf8.count), let first = key.utf8.first, isAlphanumeric(first) else {
            return false
        }
        return key.utf8.allSatisfy { isAlphanumeric($0) || "_-*/@".utf8.contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// `0*255(chr) nblk-chr`: visible characters and blanks but for `,` and `=`; the last is no blank, for it was trimmed.
    private static func isValue(_ value: Substring) -> Bool {
        (1...256).contains(value.utf8.count)
            && value.utf8.allSatisfy {
                (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=")
            }
    }
}
