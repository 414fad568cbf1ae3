import Domain
import Text

/// A day of a clip as a document of `clip_plays`.
struct ClipDayDocument {
    static let collection = "clip_plays"

    /// `2026-11-28`.
    static func text(ofDay day: Int32) -> String {
        String(WallTime(seconds: Int64(day) * 86_400).text.prefix(10))
    }

    /// Days in their order, and the clips of a day by name.
    static func id(_ key: ClipDay.Key) -> String { "\(text(ofDay: key.day))/\(key.clip)" }

    /// What is asked for where nothing is to be added.
    static let fieldsWithoutSeen = ["clip_id", "day", "episode_id", "feed_slug", "hours"]

    /// The fields beside `_id` and `revision`.
    static func fields(_ day: ClipDay) -> BSONDocument {
        var document: BSONDocument = [
            "clip_id": .string(day.key.clip.description), "day": .date(Int64(day.key.day) * 86_400_000),
            "episode_id": .string(day.place.episode),
        ]
        if let feed = day.place.feed { document.fields.append(.init(name: "feed_slug", value: .string(feed))) }
        document.fields += numbers(day.total, withZeros: true)
        let hours = day.hours.sorted { $0.key < $1.key }.map { hour, counts in
            BSONDocument.Field(
                name: String(hour), value: .document(BSONDocument(numbers(counts, withZeros: false))))
        }
        document.fields.append(.init(name: "hours", value: .document(BSONDocument(hours))))
        document.fields.append(.init(name: "seen", value: .binary(bytes(day.seen))))
        return document
    }

    /// - Returns: nil for a document that is none of ours.
    static func day(_ document: BSONDocument) -> ClipDay? {
        guard let clip = document.string("clip_id").flatMap({ try? ClipID(parsing: $0) }),
            case .date(let at) = document["day"], let episode = document.string("episode_id")
        else { return nil }
        var hours: [Int: PlayCounts] = [:]
        for field in document.document("hours")?.fields ?? [] {
            guard let hour = Int(field.name), (0..<24).contains(hour), case .document(let counts) = field.value else {
                continue
            }
            hours[hour] = PlayCounts { counts[$0]?.integer }
        }
        var seen: Set<CountedOnce> = []
        if case .binary(let bytes) = document["seen"] { seen = read(bytes) }
        return ClipDay(
            ClipDay.Key(clip: clip, at: at), ClipDay.Place(episode: episode, feed: document.string("feed_slug")),
            hours: hours, seen: seen)
    }

    private static func numbers(_ counts: PlayCounts, withZeros: Bool) -> [BSONDocument.Field] {
        counts.all.filter { withZeros || $0.number != 0 }.map { .init(name: $0.name, value: .int64($0.number)) }
    }

    /// 8 bytes each, first one first, in any order.
    private static func bytes(_ seen: Set<CountedOnce>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(seen.count * 8)
        for one in seen { withUnsafeBytes(of: one.bits.bigEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    private static func read(_ bytes: [UInt8]) -> Set<CountedOnce> {
        var seen = Set<CountedOnce>(minimumCapacity: bytes.count / 8)
        for start in stride(from: 0, to: bytes.count - 7, by: 8) {
            seen.insert(CountedOnce(bits: bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }))
        }
        return seen
    }
}
