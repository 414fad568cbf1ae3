import Glibc
import HTTPServer

/// One line of the API's table: which requests it takes, and who answers them.
struct RouteLine: Sendable {
    /// As metrics call it: small letters and underscores, unlike any other's.
    let name: String
    let methods: Methods
    let path: PathPattern
    let access: Access
    let handler: @Sendable (GatewayAPI) -> Route.Handler

    static func get(
        _ name: String, _ path: StaticString, _ access: Access,
        _ handler: @escaping @Sendable (GatewayAPI) -> Route.Handler
    ) -> RouteLine {
        RouteLine(name: name, methods: .get, path: PathPattern(path), access: access, handler: handler)
    }

    static func post(
        _ name: String, _ path: StaticString, _ access: Access,
        _ handler: @escaping @Sendable (GatewayAPI) -> Route.Handler
    ) -> RouteLine {
        RouteLine(name: name, methods: .post, path: PathPattern(path), access: access, handler: handler)
    }
}

/// A line of the table with the handler of one gateway.
struct Route: Sendable {
    typealias Handler = @Sendable (RoutedRequest) throws(Problem) -> Reply

    let label: RouteLabel
    let methods: Methods
    let path: PathPattern
    let access: Access
    private(set) var handle: Handler

    init(_ line: RouteLine, label: RouteLabel, _ handle: @escaping Handler) {
        self.label = label
        methods = line.methods
        path = line.path
        access = line.access
        self.handle = handle
    }

    /// The same route with another handler.
    func handled(by handle: @escaping Handler) -> Route {
        var route = self
        route.handle = handle
        return route
    }
}

/// A request that has found its route.
struct RoutedRequest: Sendable {
    let http: HTTPRequest
    let context: RequestContext
    let observation: Observation
    /// What stands in the pattern's open segment, still percent-encoded; empty if the pattern has none.
    let segment: Substring
    private let responder: any Responder

    init(
        http: HTTPRequest, context: RequestContext, observation: Observation, responder: any Responder,
        segment: Substring
    ) {
        self.http = http
        self.context = context
        self.observation = observation
        self.responder = responder
        self.segment = segment
    }

    /// Takes the answer, where the handler gives none at once: asked for once, and only then, since a hit needs none.
    func answeredLater() -> any Responder { ObservedResponder(responder, observation) }
}

/// The methods that a route answers. Every route answers `OPTIONS` besides, which browsers send ahead (Fetch Standard,
/// "CORS-preflight fetch").
struct Methods: Sendable {
    static let get = Methods(["GET", "HEAD"])
    static let post = Methods(["POST"])

    private let names: [String]
    /// As the `Allow` field lists them.
    let allow: String

    private init(_ names: [String]) {
        self.names = names
        allow = (names + ["OPTIONS"]).joined(separator: ", ")
    }

    func contains(_ name: String) -> Bool { names.contains(name) }
}

/// A path with at most one open segment, `/a/{id}/b`, and behind it at most an open end of the last one, `/a/{id}/b.{end}`.
///
/// The raw path is matched, so that an encoded slash stays inside its segment, and by bytes: comparing characters takes as
/// long as signing a URL does.
struct PathPattern: Sendable, CustomStringConvertible {
    private let text: StaticString
    /// Bytes before the open segment; all of them where there is none.
    private let head: Int
    /// Bytes behind it, up to an open end.
    private let tail: Int
    /// Where these begin in the text.
    private let tailStart: Int
    private let isOpen: Bool
    private let hasOpenEnd: Bool

    /// - Parameter text: two bytes or more of ASCII.
    init(_ text: StaticString) {
        self.text = text
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        let open = bytes.firstIndex(of: UInt8(ascii: "{"))
        let close = bytes.firstIndex(of: UInt8(ascii: "}"))
        isOpen = open != nil
        head = open ?? bytes.count
        tailStart = close.map { $0 + 1 } ?? bytes.count
        let end = bytes[tailStart...].firstIndex(of: UInt8(ascii: "{"))
        hasOpenEnd = end != nil
        tail = (end ?? bytes.count) - tailStart
    }

    /// - Returns: where the open segment lies in the path, an empty range if the pattern has none; nil if the path is
    ///   another one. An open segment holds one byte or more, and no slash.
    func match(_ path: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard isOpen else {
            return path.count == head && Self.areEqual(path, 0, text.utf8Start, head) ? head..<head : nil
        }
        if hasOpenEnd { return matchOpenEnd(path) }
        let end = path.count - tail
        guard end > head, Self.areEqual(path, 0, text.utf8Start, head),
            Self.areEqual(path, end, text.utf8Start + tailStart, tail),
            !path[head..<end].contains(UInt8(ascii: "/"))
        else { return nil }
        return head..<end
    }

    /// The open end, too, holds one byte or more, and no slash.
    private func matchOpenEnd(_ path: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard path.count > head, Self.areEqual(path, 0, text.utf8Start, head),
            let end = path[head...].firstIndex(of: UInt8(ascii: "/")), end > head, path.count > end + tail,
            Self.areEqual(path, end, text.utf8Start + tailStart, tail),
            !path[(end + tail)...].contains(UInt8(ascii: "/"))
        else { return nil }
        return head..<end
    }

    var description: String { text.description }

    /// The word that follows a prefix, unless it is the open segment; nil for another path.
    func word(behind prefix: String) -> String? {
        guard description.hasPrefix(prefix) else { return nil }
        let word = description.dropFirst(prefix.count).prefix { $0 != "/" }
        return word.hasPrefix("{") ? nil : String(word)
    }

    private static func areEqual(
        _ path: UnsafeBufferPointer<UInt8>, _ start: Int, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        guard count > 0 else { return true }
        guard let base = path.baseAddress else { return false }
        return memcmp(base + start, bytes, count) == 0
    }
}
