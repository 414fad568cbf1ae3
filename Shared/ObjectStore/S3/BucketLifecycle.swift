import Text

/// When a bucket's own rules take objects away.
///
/// Source: Amazon S3 API Reference, "LifecycleRule" and "LifecycleExpiration".
public struct BucketLifecycle: Equatable, Sendable {
    /// A bucket without rules.
    public static let none = BucketLifecycle(rules: [])

    private enum End: Equatable {
        /// Seconds after an object was stored.
        case age(Int64)
        /// Seconds since 1970, after which all objects go that are there.
        case moment(Int64)
    }

    private struct Rule: Equatable {
        let prefix: String
        let end: End
    }

    private let rules: [Rule]

    private init(rules: [Rule]) { self.rules = rules }

    /// - Throws: `.malformedAnswer`
    init(xml: [UInt8]) throws(ObjectStoreFault) {
        let root: XMLElement
        do throws(XMLFault) { root = try XMLReader.read(xml) } catch {
            throw .malformedAnswer(what: "lifecycle is not XML: \(error)")
        }
        guard root.name == "LifecycleConfiguration" else { throw .malformedAnswer(what: "not a lifecycle") }
        var rules: [Rule] = []
        for rule in root.children where rule.name == "Rule" && rule["Status"] == "Enabled" {
            if let rule = try Self.rule(rule) { rules.append(rule) }
        }
        self.rules = rules
    }

    /// After how many seconds the first of the rules takes away what is stored now; nil: none does.
    ///
    /// - Parameters:
    ///   - prefix: of the keys that are asked about; a rule for some of them counts.
    ///   - now: seconds since 1970.
    public func shortestLife(under prefix: String, atUnixSeconds now: Int64) -> Int64? {
        rules.filter { $0.prefix.hasPrefix(prefix) || prefix.hasPrefix($0.prefix) }.map { rule in
            switch rule.end {
            case .age(let seconds): seconds
            case .moment(let end): max(0, end - now)
            }
        }.min()
    }

    /// - Returns: nil for what takes no clip away: rules for other storage classes, for old versions, for uploads that were given
    ///   up, and those for objects with a tag, since Cutroom's have none.
    private static func rule(_ rule: XMLElement) throws(ObjectStoreFault) -> Rule? {
        guard let expiration = rule.child("Expiration") else { return nil }
        let filter = rule.child("Filter")
        let all = filter?.child("And") ?? filter
        if all?.child("Tag") != nil { return nil }
        // The prefix stood in the rule itself before there were filters.
        let prefix = all?["Prefix"] ?? rule["Prefix"] ?? ""
        if let text = expiration["Days"] {
            guard let days = Int64(text), (1...10_000_000).contains(days) else {
                throw .malformedAnswer(what: "lifecycle's Days")
            }
            return Rule(prefix: prefix, end: .age(days * 86_400))
        }
        guard let text = expiration["Date"] else { return nil }
        guard let end = WallTime(rfc3339: text)?.seconds else { throw .malformedAnswer(what: "lifecycle's Date") }
        return Rule(prefix: prefix, end: .moment(end))
    }
}

extension XMLElement {
    fileprivate func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }
}
