import Text

/// What is stored beside an object's bytes and sent with them to whoever fetches it.
public struct ObjectAttributes: Equatable, Sendable {
    public var contentType: String
    /// As `public, max-age=31536000, immutable`; empty: none.
    public var cacheControl: String
    /// Made by `contentDisposition(fileName:)`; empty: none.
    public var contentDisposition: String
    /// Names of letters, digits and hyphens, in lower case; values of printable ASCII. Other text is for
    /// `metadataValue(_:)` to encode.
    public var metadata: [String: String]

    public init(
        contentType: String, cacheControl: String = "", contentDisposition: String = "",
        metadata: [String: String] = [:]
    ) {
        self.contentType = contentType
        self.cacheControl = cacheControl
        self.contentDisposition = contentDisposition
        self.metadata = metadata
    }

    /// The attributes as headers, names in lower case, sorted.
    ///
    /// - Throws: `.invalidAttribute` with the name of the first that no header can carry, or `metadata` if all names and
    ///   values together exceed S3's 2,048 bytes.
    public func headers() throws(ObjectStoreFault) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for (name, value) in [
            ("cache-control", cacheControl), ("content-disposition", contentDisposition), ("content-type", contentType),
        ] where !value.isEmpty {
            guard isHeaderValue(value) else { throw .invalidAttribute(name: name) }
            headers.append((name, value))
        }
        var metadataBytes = 0
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            guard isMetadataName(name), isHeaderValue(value) else { throw .invalidAttribute(name: "metadata") }
            metadataBytes += name.utf8.count + value.utf8.count
            headers.append(("x-amz-meta-\(name)", value))
        }
        guard metadataBytes <= 2_048 else { throw .invalidAttribute(name: "metadata") }
        return headers
    }

    /// `attachment`-free disposition that proposes a file name (RFC 6266): players play it, "save as" uses the name.
    ///
    /// A name that isn't plain ASCII is given twice: with `_` for what ASCII lacks, and exactly (RFC 8187). Control
    /// characters, slashes and quotes become `_`; what exceeds 150 bytes is cut off at a character's end.
    public static func contentDisposition(fileName: String) -> String { "inline; " + parameters(fileName: fileName) }

    /// The same for what is not to be shown but saved.
    public static func attachment(fileName: String) -> String { "attachment; " + parameters(fileName: fileName) }

    /// Its own disposition, as that of something that is to be saved.
    public var asAttachment: String {
        guard let end = contentDisposition.firstIndex(of: ";") else { return "attachment" }
        return "attachment" + contentDisposition[end...]
    }

    private static func parameters(fileName: String) -> String {
        let cleaned = clean(fileName)
        let plain = String(String.UnicodeScalarView(cleaned.unicodeScalars.map { $0.isASCII ? $0 : "_" }))
        let header = "filename=\"\(plain)\""
        return plain == cleaned ? header : "\(header); filename*=UTF-8''\(Percent.encode(cleaned))"
    }

    /// Any text as a metadata value: printable ASCII stays as it is, all else and `%` is percent-encoded.
    public static func metadataValue(_ text: String) -> String {
        Percent.encode(text, keeping: .printable.removing("%"))
    }
}

private func clean(_ fileName: String) -> String {
    let forbidden: [Unicode.Scalar] = ["/", "\\", "\"", ":", "*", "?", "<", ">", "|", "%"]
    var cleaned = String.UnicodeScalarView()
    var bytes = 0
    for scalar in fileName.unicodeScalars {
        let safe =
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                || forbidden.contains(scalar) ? "_" : scalar
        bytes += UTF8.width(safe)
        if bytes > 150 { break }
        cleaned.append(safe)
    }
    let name = String(cleaned)
    return name.allSatisfy({ $0 == "." || $0 == " " }) ? "clip" : name
}

/// Printable ASCII without white space at the ends, at most 2,048 bytes: what passes every proxy unchanged, and so what a
/// signature over it survives.
private func isHeaderValue(_ text: String) -> Bool {
    text.utf8.count <= 2_048 && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        && text.utf8.first != 0x20 && text.utf8.last != 0x20
}

private func isMetadataName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
        && text.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-")
        }
}
