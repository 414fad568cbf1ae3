import Domain
import HTTPServer
import Text

/// The answer of `/oembed` (oembed.com, 2.3): HTML for another page, of the type `rich`.
struct OEmbed {
    /// Of the frame, in pixels, where a consumer has room for it.
    static let width = 600
    static let height = 160

    enum Format: String {
        case json, xml
    }

    /// What a consumer asks for.
    struct Question {
        let url: String
        let format: Format
        let width: Int
        let height: Int

        /// - Throws: `.badParameters`; 501 for a format that there is not.
        init(_ rawQuery: String?) throws(Problem) {
            let query: Query
            do throws(Query.Fault) { query = try Query(raw: rawQuery) } catch {
                throw .badParameters([.init("query", "is not percent-encoded UTF-8")])
            }
            var faults: [ParameterFault] = []
            for name in query.repeated where ["url", "format", "maxwidth", "maxheight"].contains(name) {
                faults.append(.init(name, "must be given once"))
            }
            func most(_ name: String, _ standard: Int) -> Int {
                guard let text = query[name] else { return standard }
                guard let number = Int(text), number > 0, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                    faults.append(.init(name, "must be a whole number of pixels, 1 or more"))
                    return standard
                }
                return min(number, standard)
            }
            (width, height) = (most("maxwidth", OEmbed.width), most("maxheight", OEmbed.height))
            if query["url"]?.isEmpty != false {
                faults.append(.init("url", "is required: the address of a clip's page"))
            }
            guard faults.isEmpty, let url = query["url"] else { throw .badParameters(faults) }
            self.url = url
            guard let format = Format(rawValue: query["format"] ?? "json") else {
                throw .edge(EdgeFault(.malformedRequest, "format must be json or xml", status: 501))
            }
            self.format = format
        }
    }

    let page: ClipPage
    let base: BaseURL
    let question: Question

    /// The segment of a clip's id, or the clip, that an address of ours is about; nil for an address of anybody else.
    static func target(_ url: String, base: BaseURL) -> Target? {
        let address = url.prefix { $0 != "#" && $0 != "?" }
        guard address.count > base.description.count,
            address.prefix(base.description.count).lowercased() == base.description
        else { return nil }
        let path = address.dropFirst(base.description.count)
        for (prefix, isShort) in [("/c/", false), ("/embed/", false), ("/s/", true)] where path.hasPrefix(prefix) {
            let segment = path.dropFirst(prefix.count)
            guard !segment.isEmpty, !segment.contains("/") else { return nil }
            return isShort ? .code(segment) : .id(segment)
        }
        return nil
    }

    enum Target: Equatable {
        case id(Substring)
        case code(Substring)
    }

    var response: (mediaType: String, bytes: [UInt8]) {
        switch question.format {
        case .json: ("application/json", json)
        case .xml: ("text/xml", Array(xml.utf8))
        }
    }

    private var fields: [(name: StaticString, value: String)] {
        var fields: [(name: StaticString, value: String)] = [
            ("type", "rich"), ("version", "1.0"), ("provider_name", "Cutroom"), ("provider_url", base.description),
            ("title", page.title),
        ]
        if let feed = page.facts.about?.feedTitle { fields.append(("author_name", feed)) }
        return fields + [("html", frame)]
    }

    private var json: [UInt8] {
        var json = JSONWriter()
        json.object {
            for field in fields { $0.field(field.name, field.value) }
            $0.field("width", question.width)
            $0.field("height", question.height)
        }
        return json.bytes
    }

    private var xml: String {
        let elements = fields.map { "<\($0.name)>\(HTMLText.escaped($0.value))</\($0.name)>" }
        return """
            <?xml version="1.0" encoding="utf-8" standalone="yes"?>
            <oembed>\(elements.joined())<width>\(question.width)</width><height>\(question.height)</height></oembed>

            """
    }

    private var frame: String {
        let source = HTMLText.escaped("\(base)\(page.shared.embedPath)")
        return "<iframe src=\"\(source)\" width=\"\(question.width)\" height=\"\(question.height)\" "
            + "title=\"\(HTMLText.escaped(page.title))\" style=\"border:0\" loading=\"lazy\"></iframe>"
    }
}
