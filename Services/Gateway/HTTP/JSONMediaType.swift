import HTTPServer

/// Bodies are taken as JSON only if they are said to be.
///
/// A page of another site may post text and forms to any server without asking first, JSON only after a preflight (Fetch
/// Standard, "CORS-safelisted request-header").
enum JSONMediaType {
    /// - Throws: `.unsupportedMediaType` unless `Content-Type` is `application/json`, or ends in `+json` (RFC 6839, 3.1).
    static func check(_ request: HTTPRequest) throws(Problem) {
        let type = request.header("Content-Type")?.prefix { $0 != ";" }.lowercased()
        let name = type?.filter { $0 != " " && $0 != "\t" }
        if name == "application/json" || name?.hasPrefix("application/") == true && name?.hasSuffix("+json") == true {
            return
        }
        throw .edge(
            .unsupportedMediaType, "the body must be JSON, and its Content-Type application/json; it is \(shown(name))")
    }

    private static func shown(_ name: String?) -> String {
        guard let name, !name.isEmpty else { return "missing" }
        return "'\(name.prefix(100))'"
    }
}
