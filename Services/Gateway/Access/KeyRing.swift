import Hashing
import Settings
import Text

/// A key as the gateway knows it: not the key itself.
struct APIKey: Sendable {
    /// For limits, logs and metrics. Several keys may have one name.
    let name: String
    let limits: ClientLimits
}

/// The keys that are valid at one time, by their hashes.
///
/// One line for each key: `NAME sha256:HEX [misses=RATE] [requests=RATE]`; empty lines, and those that begin with `#`, say
/// nothing. A key is 256 random bits (``NewKey``), so that its hash needs no salt and no slow function.
struct KeyRing: Sendable {
    static let mostKeys = 1000
    static let mostLines = 10_000
    /// Bytes of a key that is looked at at all.
    static let longestKey = 256

    /// What is wrong with a text of keys. It quotes none of it: somebody may have put a key in place of its hash.
    struct Fault: Error, Equatable, CustomStringConvertible {
        let description: String

        init(line: Int, _ reason: String) { description = "line \(line): \(reason)" }
        init(_ reason: String) { description = reason }
    }

    static let empty = KeyRing()

    let keys: [APIKey]
    /// Of several keys with one name, those of the first.
    private let limitsByName: [String: ClientLimits]
    /// Four words of each key's hash.
    private let words: [UInt64]

    private init() { (keys, words, limitsByName) = ([], [], [:]) }

    /// - Parameter defaults: the limits of a key whose line names none.
    init(parsing text: String, defaults: (requests: Rate?, misses: Rate?)) throws(Fault) {
        var keys: [APIKey] = []
        var words: [UInt64] = []
        var lineOf: [[UInt64]: Int] = [:]
        // In the environment, where line feeds are hard to write, a comma does.
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0.isNewline })
        guard lines.count <= Self.mostLines else { throw Fault("there are more than \(Self.mostLines) lines") }
        for (index, line) in lines.enumerated() {
            let parts = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard let first = parts.first, !first.hasPrefix("#") else { continue }
            let number = index + 1
            guard parts.count >= 2 else { throw Fault(line: number, "a name and a hash are expected") }
            guard Self.isName(first) else {
                throw Fault(line: number, "a name is 1 to 64 letters, digits, dots, dashes and underscores")
            }
            guard !LimitDecisions.reserved.contains(String(first)) else {
                throw Fault(line: number, "\(LimitDecisions.reserved.sorted().joined(separator: ", ")) can't be names")
            }
            guard let hash = Self.hash(parts[1]) else {
                throw Fault(line: number, "the hash must be sha256: and 64 hexadecimal digits")
            }
            if let other = lineOf.updateValue(number, forKey: hash) {
                throw Fault(line: number, "the same key stands in line \(other)")
            }
            let limits = try Self.limits(parts.dropFirst(2), line: number, defaults)
            guard keys.count < Self.mostKeys else { throw Fault("there are more than \(Self.mostKeys) keys") }
            keys.append(APIKey(name: String(first), limits: limits))
            words += hash
        }
        guard !keys.isEmpty else { throw Fault("there is no key in it") }
        (self.keys, self.words) = (keys, words)
        limitsByName = Dictionary(keys.map { ($0.name, $0.limits) }, uniquingKeysWith: { first, _ in first })
    }

    /// The limits of the key with this name.
    func limits(of name: String) -> ClientLimits? { limitsByName[name] }

    /// The key that a client has sent. Every key is compared, and each as a whole, so that the time taken tells nothing.
    func key(for presented: String) -> APIKey? {
        guard (1...Self.longestKey).contains(presented.utf8.count) else { return nil }
        let hash = Self.words(of: SHA256.digest(presented))
        var found: UInt64 = 0
        for index in 0..<UInt64(keys.count) {
            let at = Int(index) * 4
            let difference =
                (words[at] ^ hash[0]) | (words[at + 1] ^ hash[1]) | (words[at + 2] ^ hash[2])
                | (words[at + 3] ^ hash[3])
            // All ones if there is no difference: the high bit of x | -x is set for any other x.
            let isEqual = ((difference | (0 &- difference)) >> 63) &- 1
            found |= (index + 1) & isEqual
        }
        return found == 0 ? nil : keys[Int(found) - 1]
    }

    static func isName(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count) && ByteSet.alphanumeric.adding("._-").holds(text)
    }

    private static func hash(_ text: Substring) -> [UInt64]? {
        guard text.hasPrefix("sha256:") else { return nil }
        guard let bytes = Hex.decode(text.dropFirst(7)), bytes.count == SHA256.byteCount else { return nil }
        return words(of: bytes)
    }

    private static func words(of digest: [UInt8]) -> [UInt64] {
        digest.withUnsafeBytes { bytes in (0..<4).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) } }
    }

    private static func limits(
        _ words: ArraySlice<Substring>, line: Int, _ defaults: (requests: Rate?, misses: Rate?)
    ) throws(Fault) -> ClientLimits {
        var (requests, misses) = defaults
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let rate = parts.count > 1 && parts[1] != "none" ? Rate(parsing: parts[1]) : nil
            guard parts.count > 1, rate != nil || parts[1] == "none", ["misses", "requests"].contains(parts[0]) else {
                throw Fault(
                    line: line, "behind the hash only misses=RATE and requests=RATE may stand, such as misses=500/h")
            }
            if parts[0] == "misses" { misses = rate } else { requests = rate }
        }
        return ClientLimits(requests: requests, misses: misses)
    }
}
