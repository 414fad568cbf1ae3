/// From whom each proxy on the way had a request, as they wrote it: the nearest hop is the last.
///
/// Only the part that trusted proxies wrote is to be believed. A hop is nil where no address can be read: `unknown`, an
/// obfuscated identifier, or what is malformed.
public enum ForwardedHops {
    /// The `for` parameters of a `Forwarded` field (RFC 7239, 4 to 6), one for each of its elements.
    public static func ofForwarded(_ value: String) -> [IPAddress?] {
        let bytes = Array(value.utf8)
        return bytes[...].parts(at: UInt8(ascii: ",")).map { address(ofElement: $0) }
    }

    /// The elements of an `X-Forwarded-For` field: addresses, some proxies add ports and put those of IPv6 in brackets.
    public static func ofXForwardedFor(_ value: String) -> [IPAddress?] {
        let bytes = Array(value.utf8)
        return bytes[...].parts(at: UInt8(ascii: ",")).map { part in
            node(unquoted(part.trimmed), takesBareIPv6: true)
        }
    }

    private static func address(ofElement element: ArraySlice<UInt8>) -> IPAddress? {
        var found: [ArraySlice<UInt8>] = []
        for pair in element.parts(at: UInt8(ascii: ";")) {
            let pair = pair.trimmed
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = pair[..<equals].map { $0 | 0x20 }
            if name.elementsEqual("for".utf8) { found.append(pair[(equals + 1)...]) }
        }
        // One that says it twice (RFC 7239, 4: "MUST NOT occur more than once") says nothing.
        guard found.count == 1 else { return nil }
        return node(unquoted(found[0]), takesBareIPv6: false)
    }

    /// What stands in a quoted string (RFC 9110, 5.6.4); the value as it is without quotes, nothing if only one is there.
    private static func unquoted(_ value: ArraySlice<UInt8>) -> [UInt8] {
        guard value.first == UInt8(ascii: "\"") else { return Array(value) }
        guard value.count > 1, value.last == UInt8(ascii: "\"") else { return [] }
        var text: [UInt8] = []
        var isEscaped = false
        for byte in value.dropFirst().dropLast() {
            if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                text.append(byte)
                isEscaped = false
            }
        }
        return text
    }

    /// `node` of RFC 7239, 6: an address, with a port perhaps.
    private static func node(_ bytes: [UInt8], takesBareIPv6: Bool) -> IPAddress? {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else { return nil }
            let inside = text[text.index(after: text.startIndex)..<end]
            return inside.contains(":") ? IPAddress(inside) : nil
        }
        switch text.utf8.count(where: { $0 == UInt8(ascii: ":") }) {
        case 0: return IPAddress(text)
        case 1:
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            return isPort(text[colon...]) ? IPAddress(text[..<colon]) : nil
        default: return takesBareIPv6 ? IPAddress(text) : nil
        }
    }

    /// Nothing, or a colon and a port: up to five digits, or an obfuscated one.
    private static func isPort(_ text: Substring) -> Bool {
        guard let colon = text.first else { return true }
        let port = text.dropFirst()
        guard colon == ":", let first = port.first else { return false }
        if first == "_" {
            return port.utf8.dropFirst().allSatisfy { $0 == 0x2E || $0 == 0x2D || $0 == 0x5F || isAlphanumeric($0) }
        }
        return port.utf8.count <= 5 && port.utf8.allSatisfy { $0 &- 0x30 < 10 }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 }
}
