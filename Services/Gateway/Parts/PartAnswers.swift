import Domain
import ObjectStore
import Text

/// What is known of a clip's parts, as it stands in one answer.
struct PartAnswers: Sendable {
    /// Nothing was asked for beside the clip.
    static let none = PartAnswers()

    struct Part: Sendable {
        let part: ClipPart
        let id: ClipID
        let state: State
    }

    enum State: Sendable {
        /// `said`: nil for what has no words.
        case ready(ReadyClip, said: Said?)
        case pending
        case failed(Problem)
    }

    /// The cues of a transcript that is ready.
    enum Said: Sendable {
        case cues(CueCache.Cues)
        /// They are not known here, and are asked for.
        case pending
        case failed(Problem)
    }

    var parts: [Part] = []

    /// Whether nothing will be added to it later.
    var isWhole: Bool {
        parts.allSatisfy { part in
            switch part.state {
            case .ready(_, nil), .ready(_, .some(.cues)): true
            case .ready, .pending, .failed: false
            }
        }
    }

    /// The clips that it tells of.
    var clips: [(id: ClipID, clip: ReadyClip)] {
        parts.compactMap { part -> (id: ClipID, clip: ReadyClip)? in
            guard case .ready(let clip, _) = part.state else { return nil }
            return (part.id, clip)
        }
    }

    /// Writes of each part its URL and what is said in it, or why there is none.
    func write(signer: any URLSigner, now: Int64, context: RequestContext, into json: inout JSONWriter) {
        for part in parts {
            switch part.state {
            case .ready(let clip, let said):
                do throws(ObjectStoreFault) {
                    let url = try signer.signedURL(key: clip.key.description, atUnixSeconds: now)
                    json.field(part.part.urlField, url.url)
                } catch {
                    Self.write(Responses.unsigned(error), of: part, context: context, into: &json)
                    continue
                }
                if let said { Self.write(said, of: part, context: context, into: &json) }
            case .pending: json.object(part.part.field) { Responses.writePending(part.id, into: &$0) }
            case .failed(let problem): Self.write(problem, of: part, context: context, into: &json)
            }
        }
    }

    private static func write(
        _ said: Said, of part: Part, context: RequestContext, into json: inout JSONWriter
    ) {
        switch said {
        case .cues(.json(let bytes)):
            json.key(part.part.field)
            json.value(json: bytes)
        case .cues(.tooLong): json.object(part.part.field) { $0.field("status", "too-long") }
        case .pending: json.object(part.part.field) { Responses.writePending(part.id, into: &$0) }
        case .failed(let problem): write(problem, of: part, context: context, into: &json)
        }
    }

    /// The clip itself is answered all the same.
    private static func write(
        _ problem: Problem, of part: Part, context: RequestContext, into json: inout JSONWriter
    ) {
        json.object(part.part.field) { json in
            json.field("status", Stage.failed.rawValue)
            json.field("clip_id", part.id.description)
            json.object("problem") { Responses.write(problem, context: context, into: &$0) }
        }
    }
}
