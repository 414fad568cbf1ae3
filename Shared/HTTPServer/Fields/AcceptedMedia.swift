/// What an `Accept` header says about media types (RFC 9110, 12.5.1).
public struct AcceptedMedia: Sendable {
    /// One media range: `audio/ogg;codecs=opus;q=0.8`, `audio/*`, `*/*`.
    private struct Range {
        let type: String
        let subtype: String
        /// Of the parameter `codecs` (RFC 6381); nil without it.
        let codecs: [String]?
        /// In thousandths.
        let quality: Int

        /// How closely it names a type; nil if it names another.
        func precision(_ type: String, _ subtype: String, codec: String?) -> Int? {
            if self.type == "*" { return self.subtype == "*" ? 0 : nil }
            guard self.type == type else { return nil }
            if self.subtype == "*" { return 1 }
            guard self.subtype == subtype else { return nil }
            guard let codecs else { return 2 }
            guard let codec, codecs.contains(where: { $0.hasPrefix(codec) }) else { return nil }
            return 3
        }
    }

    private let ranges: [Range]

    /// - Parameter text: the header's value. Parts that are no media range are left out.
    public init(_ text: String) {
        ranges = Array(text.utf8)[...].parts(at: UInt8(ascii: ",")).compactMap(Self.range)
    }

    /// How welcome a type is, 0 (not at all) to 1000: by the range that names it most closely.
    ///
    /// - Parameters:
    ///   - names: what the type is called, in lower case and without parameters: `audio/wav`, `audio/x-wav`.
    ///   - codec: how its name in `codecs` begins: `mp4a`; nil fits no range that names codecs.
    public func quality(of names: [String], codec: String?) -> Int {
        var best = (precision: -1, quality: 0)
        for name in names {
            let parts = name.split(separator: "/")
            guard parts.count == 2 else { continue }
            for range in ranges {
                guard let precision = range.precision(String(parts[0]), String(parts[1]), codec: codec) else {
                    continue
                }
                if precision > best.precision || (precision == best.precision && range.quality > best.quality) {
                    best = (precision, range.quality)
                }
            }
        }
        return best.quality
    }

    private static func range(_ element: ArraySlice<UInt8>) -> Range? {
        let parts = element.parts(at: UInt8(ascii: ";"))
        let name = text(parts[0]).lowercased()
        let halves = name.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else { return nil }
        var codecs: [String]?
        var quality = 1000
        for parameter in parts.dropFirst() {
            let sides = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard sides.count == 2 else { continue }
            let value = text(sides[1]).filter { $0 != "\"" }
            switch text(sides[0]).lowercased() {
            case "q":
                guard let told = thousandths(value) else { return nil }
                quality = told
            case "codecs": codecs = value.lowercased().split(separator: ",").map { text(Array($0.utf8)[...]) }
            default: continue
            }
        }
        return Range(type: String(halves[0]), subtype: String(halves[1]), codecs: codecs, quality: quality)
    }

    /// `0`, `0.5`, `1.000`: at most three decimals (RFC 9110, 12.4.2).
    private static func thousandths(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard (1...5).contains(bytes.count), bytes[0] == 0x30 || bytes[0] == 0x31 else { return nil }
        guard bytes.count == 1 || bytes[1] == UInt8(ascii: ".") else { return nil }
        var value = Int(bytes[0] - 0x30) * 1000
        var place = 100
        for byte in bytes.dropFirst(2) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value += Int(byte - 0x30) * place
            place /= 10
        }
        return value <= 1000 ? value : nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.trimmed, as: UTF8.self) }
}
