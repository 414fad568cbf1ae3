import Domain
import HTTPServer
import Text

/// `POST …/plays`: a player tells how far a listener came. Nothing is kept of who that was: no address, no cookie, and of the
/// `User-Agent` only whether it is a program that no one listens with.
struct PlayBeacon: Sendable {
    static let mostBodyBytes = 1024

    let clipState: ClipState
    /// Nil: plays are told to nobody.
    let publisher: PlayPublisher?
    /// Milliseconds since 1970.
    let clock: @Sendable () -> Int64

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        try Self.checkType(request.http)
        let play = try Self.read(request.http.body, at: clock())
        publisher?.take(play, isBot: Bots.areNamed(by: request.http.header("user-agent"))) {
            clipState.knows(play.clipID)
        }
        return .now(
            HTTPResponse(
                status: 204,
                headers: Responses.headers(mediaType: nil, cacheControl: "no-store", context: request.context)))
    }

    /// `navigator.sendBeacon` sends text as `text/plain`, and asks no leave before (Beacon, 3.1).
    private static func checkType(_ request: HTTPRequest) throws(Problem) {
        let type = request.header("Content-Type")?.prefix { $0 != ";" }.lowercased()
        if type?.filter({ $0 != " " }) == "text/plain" { return }
        try JSONMediaType.check(request)
    }

    private static func read(_ body: [UInt8], at: Int64) throws(Problem) -> ClipPlayed {
        guard body.count <= mostBodyBytes else {
            throw .edge(.bodyTooLarge, "the body of a play has at most \(mostBodyBytes) bytes")
        }
        guard case .object(let fields) = try ClipQuery.json(body) else {
            throw .edge(.malformedRequest, "the body must be a JSON object with clip_id, view and event")
        }
        var faults: [ParameterFault] = []
        func text(_ name: String) -> String? {
            if case .string(let text) = fields[name] { text } else { nil }
        }
        let clip = text("clip_id").flatMap { try? ClipID(parsing: $0) }
        if clip == nil { faults.append(.init("clip_id", "must be a clip's id")) }
        if let clip, !clip.format.isAudio { faults.append(.init("clip_id", "must be of a format that plays")) }
        let view = text("view").flatMap { PlayView(hex: $0) }
        if view == nil { faults.append(.init("view", "must be 32 hex digits, drawn anew for each view of a page")) }
        let mark = text("event").flatMap(PlayMark.init(rawValue:))
        if mark == nil {
            let words = PlayMark.allCases.map(\.rawValue).joined(separator: ", ")
            faults.append(.init("event", "must be one of \(words)"))
        }
        guard faults.isEmpty, let clip, let view, let mark else { throw .badParameters(faults) }
        return ClipPlayed(clipID: clip, view: view, mark: mark, at: at)
    }
}

/// Programs that say by their `User-Agent` that nobody listens.
enum Bots {
    /// Words in the names of crawlers, link previews, monitors and libraries, in small letters.
    private static let words = [
        "bot", "crawl", "spider", "slurp", "preview", "facebookexternalhit", "headless", "lighthouse", "monitor",
        "curl/", "wget/", "python", "go-http", "java/", "okhttp", "libwww", "scrapy", "axios/", "node-fetch", "postman",
    ]
    private static let mostBytes = 1024

    /// A browser says what it is; who says nothing is none.
    static func areNamed(by userAgent: String?) -> Bool {
        guard let name = userAgent?.utf8.prefix(mostBytes), !name.isEmpty else { return true }
        let lower = name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return words.contains { word in
            let word = Array(word.utf8)
            return lower.count >= word.count
                && (0...lower.count - word.count).contains { lower[$0..<$0 + word.count].elementsEqual(word) }
        }
    }
}
