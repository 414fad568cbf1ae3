/// The preferences of `Prefer` headers that this system knows (RFC 7240); all others are ignored.
public struct Preferences: Equatable, Sendable {
    /// `wait=N`: how long the client is willing to wait; nil without it or where N is not a whole number of seconds.
    public private(set) var wait: Duration?
    /// `respond-async`: the client would rather have a 202 than wait.
    public private(set) var respondAsync = false

    /// - Parameter values: of every `Prefer` header, in order. Of a preference given twice the first counts.
    public init(_ values: [String]) {
        var waitIsTold = false
        for element in values.flatMap({ Array($0.utf8)[...].parts(at: UInt8(ascii: ",")) }) {
            guard let (name, value) = Self.preference(element) else { continue }
            switch name {
            case "respond-async":
                respondAsync = true
            case "wait" where !waitIsTold:
                waitIsTold = true
                // Nine digits are 31 years; more would overflow somewhere further on.
                guard let value, value.utf8.allSatisfy({ $0 &- 0x30 < 10 }), value.utf8.count <= 9 else { continue }
                wait = Int(value).map { .seconds($0) }
            default:
                continue
            }
        }
    }

    /// Name in lower case and value of `token [= word] *( ; parameter )`; parameters are left out.
    private static func preference(_ element: ArraySlice<UInt8>) -> (name: String, value: String?)? {
        guard let main = element.parts(at: UInt8(ascii: ";")).first else { return nil }
        let equals = main.firstIndex(of: UInt8(ascii: "=")) ?? main.endIndex
        let name = main[..<equals].trimmed
        guard !name.isEmpty else { return nil }
        let value = equals < main.endIndex ? unquoted(main[(equals + 1)...].trimmed) : []
        return (
            String(decoding: name, as: UTF8.self).lowercased(),
            value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        )
    }

    /// RFC 9110, 5.6.4: a backslash stands for the byte after it.
    private static func unquoted(_ word: ArraySlice<UInt8>) -> [UInt8] {
        guard word.count >= 2, word.first == UInt8(ascii: "\""), word.last == UInt8(ascii: "\"") else {
            return Array(word)
        }
        var bytes: [UInt8] = []
        var escaped = false
        for byte in word.dropFirst().dropLast() {
            if !escaped, byte == UInt8(ascii: "\\") {
                escaped = true
            } else {
                bytes.append(byte)
                escaped = false
            }
        }
        return bytes
    }
}
