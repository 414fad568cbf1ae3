import Bounded
import Domain
import ObjectStore
import Settings
import Synchronization
import Transcripts

/// What is said in clips whose transcripts were made lately: the JSON that lies in the bucket, the least recently used going
/// first.
///
/// It is filled from what resolvers send to cutters, which every gateway reads, so nothing is fetched for it. The key of such
/// an object is made of the very bytes that lie there, and so is the key here: what is found by a clip's key is what its URL
/// leads to, whatever has been corrected since.
final class CueCache: Sendable {
    struct Settings: Sendable {
        var bytes = 4 << 20
        /// What one clip may say in an answer, in bytes of JSON.
        var longest = 16 << 10
    }

    enum Cues: Hashable, Sendable {
        /// JSON, without the line's end that stands behind it in the file.
        case json([UInt8])
        /// More than an answer may have.
        case tooLong
    }

    private struct Contents {
        var known: RecentlyUsed<ObjectKey, Cues>
        /// Events of clips whose edges the cutter will move: what is said between them is known when the clip is ready.
        var unsettled: RecentlyUsed<ClipID, ClipResolved>
    }

    private let longest: Int
    private let contents: Mutex<Contents>

    init(_ settings: Settings = Settings()) {
        longest = settings.longest
        let quarter = settings.bytes / 4
        contents = Mutex(
            Contents(
                known: RecentlyUsed(limitBytes: settings.bytes - quarter), unsettled: RecentlyUsed(limitBytes: quarter)
            ))
    }

    /// A transcript is about to be stored, as the cutter will write it.
    func saw(_ event: ClipResolved) {
        guard event.clipID.format == .transcript(.podcast), let transcript = event.transcript else { return }
        if event.edges != nil {
            let bytes = transcript.cues.reduce(0) { $0 + $1.heapBytes }
            contents.withLock { _ = $0.unsettled.insert(event, for: event.clipID, heapBytes: bytes) }
        } else if let (key, cues, bytes) = written(event, transcript, in: event.window) {
            contents.withLock { _ = $0.known.insert(cues, for: key, heapBytes: bytes) }
        }
    }

    /// - Parameter id: of the transcript.
    /// - Returns: nil if it is not known here what that object says.
    func cues(of key: ObjectKey, _ id: ClipID) -> Cues? {
        let found = contents.withLock { ($0.known.get(key), $0.unsettled.peek(id)) }
        if let known = found.0 { return known }
        guard let event = found.1, let transcript = event.transcript,
            let (settled, cues, bytes) = written(event, transcript, in: key.window), settled == key
        else { return nil }
        contents.withLock { contents in
            contents.unsettled.remove(id)
            _ = contents.known.insert(cues, for: key, heapBytes: bytes)
        }
        return cues
    }

    private func written(
        _ event: ClipResolved, _ transcript: ClipTranscript, in window: ClipWindow
    ) -> (key: ObjectKey, cues: Cues, heapBytes: Int)? {
        let file = TranscriptForm.podcast.written(event.cues(of: transcript, in: window))
        guard let version = SourceVersion(of: file) else { return nil }
        let key = ObjectKey(
            episode: event.episode, window: window, cutVersion: .current, sourceVersion: version,
            format: event.clipID.format)
        let json = file.last == UInt8(ascii: "\n") ? file.dropLast() : file[...]
        return json.count <= longest ? (key, .json(Array(json)), json.count + 32) : (key, .tooLong, 0)
    }

    /// Of all entries.
    var bytes: Int { contents.withLock { $0.known.bytes + $0.unsettled.bytes } }
}

extension Cue {
    fileprivate var heapBytes: Int {
        MemoryLayout<Cue>.stride + Bounded.heapBytes(of: text) + Bounded.heapBytes(of: speaker ?? "")
            + words.reduce(words.isEmpty ? 0 : 48) {
                $0 + MemoryLayout<TimedWord>.stride + Bounded.heapBytes(of: $1.text)
            }
    }
}

extension CueCache.Settings {
    init(from read: inout SettingsReader) {
        bytes = read.bytes(
            "GATEWAY_CUE_CACHE", default: bytes, in: (64 << 10)...(1 << 30),
            "memory for what is said in clips, for answers with transcripts; the least recently used go first")
        longest = read.bytes(
            "GATEWAY_LONGEST_CUES", default: longest, in: 0...(48 << 10),
            "what one clip may say within an answer; of more only the URL is told")
    }
}
