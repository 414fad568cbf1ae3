import Domain
import ObjectStore
import Text

/// Where a clip's tag leads: the operator's own page of the episode, at the moment that the clip begins.
struct ClipLink: Sendable, Equatable {
    /// What is wrong with a template; continues the setting's name.
    struct Malformed: Error, Equatable {
        let reason: String
    }

    /// What stands for a value of the clip.
    enum Placeholder: String, CaseIterable, Sendable {
        case episodeID = "episode_id"
        case guid
        case feedSlug = "feed_slug"
        /// With as many decimals as it takes, at most three: `83`, `83.5`.
        case startSeconds = "start_seconds"
        case startMs = "start_ms"
        case endSeconds = "end_seconds"
        case endMs = "end_ms"
    }

    private enum Piece: Sendable, Equatable {
        case text(String)
        case value(Placeholder)
    }

    private let pieces: [Piece]

    static let longestTemplateBytes = 400

    /// - Parameter template: a URL with placeholders in braces: `https://example.org/e/{episode_id}#t={start_seconds}`.
    init(_ template: String) throws(Malformed) {
        guard template.hasPrefix("https://") || template.hasPrefix("http://") else {
            throw Malformed(reason: "begins neither with https:// nor with http://")
        }
        guard template.utf8.count <= Self.longestTemplateBytes else {
            throw Malformed(reason: "is longer than \(Self.longestTemplateBytes) bytes")
        }
        guard template.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Malformed(reason: "has characters that no URL has")
        }
        var pieces: [Piece] = []
        var rest = template[...]
        while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
                throw Malformed(reason: "has a brace without its other")
            }
            let name = rest[rest.index(after: open)..<close]
            guard let placeholder = Placeholder(rawValue: String(name)) else {
                throw Malformed(reason: "has the unknown placeholder {\(name)}")
            }
            pieces += [.text(String(rest[..<open])), .value(placeholder)]
            rest = rest[rest.index(after: close)...]
        }
        pieces.append(.text(String(rest)))
        self.pieces = pieces
    }

    /// The same clip always gets the same link.
    func url(episode: ObjectID, guid: String, feedSlug: String, window: ClipWindow) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .value(.episodeID): episode.description
            case .value(.guid): Percent.encode(guid)
            case .value(.feedSlug): Percent.encode(feedSlug)
            case .value(.startSeconds): Self.seconds(window.startMs)
            case .value(.startMs): String(window.startMs)
            case .value(.endSeconds): Self.seconds(window.endMs)
            case .value(.endMs): String(window.endMs)
            }
        }.joined()
    }

    private static func seconds(_ ms: Int32) -> String {
        let (whole, rest) = (ms / 1000, ms % 1000)
        guard rest > 0 else { return String(whole) }
        var decimals = String(rest + 1000).dropFirst()
        while decimals.last == "0" { decimals.removeLast() }
        return "\(whole).\(decimals)"
    }
}
