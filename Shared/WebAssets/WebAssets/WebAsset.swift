/// A file that Cutroom's own pages load.
public struct WebAsset: Sendable {
    /// As in `Files/`: a word, a dot and `css`, `html`, `js` or `svg`.
    public let name: String
    /// UTF-8, as browsers get it.
    public let text: StaticString

    /// All of them, by name. `embeddedAssets` stands in a file that `embed-assets` writes.
    public static let all: [WebAsset] = embeddedAssets.map { WebAsset(name: $0.name.description, text: $0.text) }

    /// - Returns: nil if there is none of that name.
    public static func named(_ name: some StringProtocol) -> WebAsset? { all.first { $0.name == name } }

    public var bytes: [UInt8] { text.withUTF8Buffer(Array.init) }

    /// The media type (RFC 9239 for scripts, RFC 6838 for the rest).
    public var mediaType: String {
        switch name.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "html": "text/html; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        default: "image/svg+xml"
        }
    }
}
