import Bounded
import Domain
import ObjectStore
import Synchronization
import Transcripts

/// Transcripts that lie beside the audio in a folder: `x.json`, `x.vtt` or `x.srt` beside `x.mp3`. The first of these that
/// can be read counts. Those that were used lately are kept in memory, as long as their files stay as they are.
final class FolderTranscripts: Sendable {
    private struct Known: Sendable {
        let version: FolderFile.Version
        let episodeEndMs: Int32?
        let transcript: Transcript
    }

    /// Of the files: what they hold takes some times as much.
    private static let keptBytes = 16 << 20
    private let known = Mutex(RecentlyUsed<String, Known>(limitBytes: keptBytes))

    /// Blocks.
    ///
    /// - Parameters:
    ///   - stem: the audio's path without its ending.
    ///   - root: the real path of the folder in which the file must lie.
    ///   - episodeEndMs: where the audio ends, if that is known.
    ///   - isKept: whether it is kept in memory for the next one who asks.
    /// - Throws: `.transcriptMissing`, or `.badEpisodeData` with what is wrong with the first file.
    func transcript(
        beside stem: String, inside root: String, episodeEndMs: Int32?, isKept: Bool = true
    ) throws(CatalogFault) -> Transcript {
        var fault: CatalogFault?
        for ending in TranscriptFile.endings {
            let path = "\(stem).\(ending)"
            do throws(Unreadable) {
                if let found = try read(path, ending, inside: root, episodeEndMs, isKept) { return found }
            } catch {
                let name = EpisodeTitle.cleaned(String(path.split(separator: "/").last ?? "")) ?? ending
                fault = fault ?? .badEpisodeData("the transcript '\(name)' \(error.problem)")
            }
        }
        throw fault ?? .transcriptMissing
    }

    /// - Returns: nil if there is no such file.
    private func read(
        _ path: String, _ ending: String, inside root: String, _ episodeEndMs: Int32?, _ isKept: Bool
    ) throws(Unreadable) -> Transcript? {
        let limits = TranscriptFile.Limits()
        let version: FolderFile.Version
        let bytes: [UInt8]
        do throws(ObjectStoreFault) {
            let file = try FolderFile(opening: path, inside: root)
            version = file.version
            if let known = known.withLock({ $0.get(path) }), known.version == version,
                known.episodeEndMs == episodeEndMs
            {
                return known.transcript
            }
            // One byte too many is enough to be refused.
            bytes = try file.read(0..<min(version.sizeBytes, UInt64(limits.bytes) + 1))
        } catch {
            if error == .missingObject { return nil }
            throw Unreadable(problem: "can't be read: \(error.slug)")
        }
        do throws(TranscriptFault) {
            let cues = try TranscriptFile.read(ending: ending, bytes, limits: limits)
            let transcript = Transcript(cues, episodeEndMs: episodeEndMs)
            guard isKept else { return transcript }
            let entry = Known(version: version, episodeEndMs: episodeEndMs, transcript: transcript)
            known.withLock { _ = $0.insert(entry, for: path, heapBytes: bytes.count) }
            return transcript
        } catch {
            throw Unreadable(problem: error.problem)
        }
    }

    private struct Unreadable: Error {
        /// Follows the file's name.
        let problem: String
    }
}
