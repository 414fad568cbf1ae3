import Text

/// Where an episode's audio lies in the source bucket: `{feed_slug}/{guid}/audio/`.
///
/// A guid whose segments are safe (`PathSegments`) stands there as it is, and a `/` in it makes a deeper prefix. A guid that
/// is a URL (`https://blog.example/?p=123`, as WordPress writes them) has an empty segment, which S3 keeps and many stores,
/// proxies and file systems drop. Its audio is looked for under two prefixes, neither of which has one: the guid
/// percent-encoded to a single segment (`https%3A%2F%2Fblog.example%2F%3Fp%3D123`, these very characters in the key), and
/// then the guid without its empty segments (`https:/blog.example/?p=123`), which is what such a store makes of a key that was
/// put together without care.
public enum SourcePath {
    private static let longestBytes = 1024

    /// Whether audio can lie under a guid at all.
    public static func isUsable(guid: String) -> Bool { !segments(of: guid).isEmpty }

    /// The prefixes that are looked through, the first one with audio counts; none for a guid that is not usable.
    public static func prefixes(feedSlug: String, guid: String) -> [String] {
        segments(of: guid).map { "\(feedSlug)/\($0)/audio/" }
    }

    /// What the guid is in a key, in the order in which it is looked for.
    static func segments(of guid: String) -> [String] {
        if PathSegments.areSafe(guid) { return [guid] }
        guard isURL(guid), guid.utf8.count <= longestBytes, !guid.unicodeScalars.contains(where: \.isControl) else {
            return []
        }
        let folded = guid.split(separator: "/").joined(separator: "/")
        return [Percent.encode(guid), folded].filter { $0.utf8.count <= longestBytes && PathSegments.areSafe($0) }
    }

    /// `scheme://` and something behind it (RFC 3986, 3).
    private static func isURL(_ text: String) -> Bool {
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
        guard let first = scheme.first, isLetter(first),
            scheme.allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) })
        else { return false }
        let rest = text.utf8.dropFirst(scheme.count)
        return rest.starts(with: "://".utf8) && rest.count > 3
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
