import Domain
import HTTPServer
import ObjectStore
import Settings
import Synchronization

import struct Bounded.RecentlyUsed

/// Finished answers to requests for clips that are ready, by the request's target: the least recently used go first.
///
/// An entry says nothing by itself. It may be sent while the table has the same clip under its id, and under theirs the clips
/// that are told beside it, and as long as URLs are signed as they were (``SigningEdition``): so what ends a hit or changes its
/// answer ends the entry too.
final class AnswerCache: Sendable {
    struct Settings: Sendable {
        /// 0: no answer is kept.
        var bytes = 8 << 20
    }

    /// The answer to a GET for one target.
    final class Entry: Sendable {
        fileprivate let target: [UInt8]
        let main: Told
        /// Its parts.
        let others: [Told]
        private let edition: SigningEdition
        let answer: StoredAnswer

        fileprivate init(
            target: [UInt8], _ main: Told, _ others: [Told], _ edition: SigningEdition, _ answer: StoredAnswer
        ) {
            self.target = target
            self.main = main
            self.others = others
            self.edition = edition
            self.answer = answer
        }

        /// When the URL in it stops working, in seconds since 1970.
        var expiresAt: Int64 { edition.expiresAtUnixSeconds }

        func isSigned(by other: SigningEdition?) -> Bool { edition == other }

        /// Beside the body and the target: this object, the answer's, and what malloc adds to the four.
        private static let objectBytes = 384
        fileprivate var heapBytes: Int {
            target.count + answer.count + Self.objectBytes
                + (others.isEmpty ? 0 : others.count * MemoryLayout<Told>.stride + 48)
        }
    }

    /// A clip that an answer tells of.
    struct Told: Sendable {
        let id: ClipID
        fileprivate let clip: ReadyClip

        /// Whether a clip would be answered in the same way.
        func isSame(as other: ReadyClip) -> Bool {
            clip.key == other.key && clip.startMs == other.startMs && clip.durationMs == other.durationMs
                && clip.exact == other.exact && clip.snapped == other.snapped
        }
    }

    /// A part of the entries, so that threads rarely wait for each other.
    private final class Part: Sendable {
        let entries: Mutex<RecentlyUsed<Int, Entry>>
        init(limitBytes: Int) { entries = Mutex(RecentlyUsed(limitBytes: limitBytes)) }
    }

    /// Longer targets are not kept.
    private static let longestTarget = 512

    private let fields: StoredFields
    private let parts: [Part]

    /// - Parameter headers: that each answer has.
    /// - Returns: nil if nothing is to be kept.
    init?(_ settings: Settings, headers: [(name: String, value: String)]) {
        guard settings.bytes > 0, let fields = StoredFields(headers) else { return nil }
        self.fields = fields
        parts = (0..<16).map { _ in Part(limitBytes: settings.bytes / 16) }
    }

    /// What is kept for a target, which counts as used now.
    func entry(for target: UnsafeRawBufferPointer) -> Entry? { entry(for: target, Self.hash(target)) }

    private func entry(for target: some Sequence<UInt8>, _ hash: Int) -> Entry? {
        guard let entry = part(hash).entries.withLock({ $0.get(hash) }) else { return nil }
        return entry.target.elementsEqual(target) ? entry : nil
    }

    /// - Parameters:
    ///   - response: that a GET gets which says nothing of what it accepts.
    ///   - clips: that it tells of; the one that was asked for is the first.
    ///   - edition: that the URLs in it are of.
    func keep(
        _ response: HTTPResponse, to request: HTTPRequest, for clips: [(id: ClipID, clip: ReadyClip)],
        _ edition: SigningEdition
    ) {
        guard request.method == "GET", response.status == 200, case .bytes(let body) = response.body,
            let main = clips.first
        else { return }
        let target = Array((request.rawPath + (request.rawQuery.map { "?" + $0 } ?? "")).utf8)
        guard target.count <= Self.longestTarget else { return }
        let hash = target.withUnsafeBytes(Self.hash)
        if let known = entry(for: target, hash), known.isSigned(by: edition), known.main.isSame(as: main.clip),
            known.others.count == clips.count - 1,
            zip(known.others, clips.dropFirst()).allSatisfy({ $0.isSame(as: $1.clip) })
        {
            return
        }
        let told = clips.map { Told(id: $0.id, clip: $0.clip) }
        let entry = Entry(target: target, told[0], Array(told.dropFirst()), edition, StoredAnswer(body, fields))
        part(hash).entries.withLock { _ = $0.insert(entry, for: hash, heapBytes: entry.heapBytes) }
    }

    /// Different in each process, so that nobody can choose targets that meet.
    private static func hash(_ target: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: target)
        return hasher.finalize()
    }

    private func part(_ hash: Int) -> Part { parts[hash >> 32 & 15] }
}

extension AnswerCache.Settings {
    init(from read: inout SettingsReader) {
        bytes = read.bytes(
            "GATEWAY_ANSWER_CACHE", default: bytes, in: 0...(1 << 30),
            "memory for finished answers to hits; the least recently used go first; 0: none is kept")
    }
}
