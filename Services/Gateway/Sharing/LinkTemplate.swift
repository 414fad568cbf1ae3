import Domain
import Text

/// The address of a whole episode at a moment, with gaps for what is another in each clip.
struct LinkTemplate: Sendable {
    /// Follows the setting's name.
    struct Fault: Error, Equatable {
        let problem: String
    }

    private enum Gap: String, CaseIterable {
        case episode
        case startSeconds = "start_s"
        case startMs = "start_ms"
        case endSeconds = "end_s"
        case endMs = "end_ms"
    }

    private enum Piece {
        case text(String)
        case gap(Gap)
    }

    private static let characters = ByteSet.uri.adding("{}")

    private let pieces: [Piece]

    init(_ text: String) throws(Fault) {
        guard WebScheme.split(text)?.rest.first?.isLetter == true else {
            throw Fault(problem: "must begin with http:// or https:// and a host")
        }
        guard Self.characters.holds(text) else {
            throw Fault(problem: "must be a URL: other characters are percent-encoded")
        }
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}"),
                let gap = Gap(rawValue: String(rest[rest.index(after: open)..<close]))
            else {
                let known = Gap.allCases.map { "{\($0.rawValue)}" }.joined(separator: ", ")
                throw Fault(problem: "what stands in braces must be one of \(known)")
            }
            pieces += [.text(String(rest[..<open])), .gap(gap)]
            rest = rest[rest.index(after: close)...]
        }
        guard !rest.contains("}"),
            !pieces.contains(where: { if case .text(let text) = $0 { text.contains("}") } else { false } })
        else { throw Fault(problem: "has a } without its {") }
        self.pieces = pieces + [.text(String(rest))]
    }

    /// - Parameters:
    ///   - episode: as it was asked for.
    ///   - startMs, endMs: from the episode's first sample; seconds are rounded down.
    func url(episode: EpisodeID, startMs: Int32, endMs: Int32) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .gap(.episode): Percent.encode(episode.description)
            case .gap(.startSeconds): String(startMs / 1000)
            case .gap(.startMs): String(startMs)
            case .gap(.endSeconds): String(endMs / 1000)
            case .gap(.endMs): String(endMs)
            }
        }.joined()
    }
}
