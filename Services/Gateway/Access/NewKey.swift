import Hashing
import Settings
import Text

/// A key that is made now, and known to nobody else.
package struct NewKey: Sendable {
    /// What was wrong, in words for the person who typed it.
    package struct Fault: Error {
        package let sentence: String
    }

    package let name: String
    /// What its holder sends.
    package let key: String
    /// What the gateway is given: the name, the key's hash and its limits.
    package let line: String

    /// - Parameters:
    ///   - name: 1 to 64 letters, digits, dots, dashes and underscores.
    ///   - misses, requests: rates such as `500/h`, or `none`; nil: what the gateway's settings say.
    package init(named name: String, misses: String? = nil, requests: String? = nil) throws(Fault) {
        guard KeyRing.isName(name) else {
            throw Fault(sentence: "NAME is 1 to 64 letters, digits, dots, dashes and underscores")
        }
        guard !LimitDecisions.reserved.contains(name) else {
            throw Fault(sentence: "metrics use the name \(name) for clients that have no key; choose another one")
        }
        self.name = name
        // Swift's generator takes from the kernel's. The word in front lets scanners for lost secrets know one.
        var random = SystemRandomNumberGenerator()
        key = "cutroom_" + (0..<4).map { _ in Hex.encode(random.next() as UInt64) }.joined()
        var line = "\(name) sha256:\(Hex.encode(SHA256.digest(key)))"
        for (word, rate) in [("misses", misses), ("requests", requests)] {
            guard let rate else { continue }
            guard rate == "none" || Rate(parsing: rate) != nil else {
                throw Fault(sentence: "--\(word) must be a rate such as 500/h, or none")
            }
            line += " \(word)=\(rate)"
        }
        self.line = line
    }
}
