import Domain
import Glibc
import Text

/// A line of a file of plays: something that was counted.
struct PlayLine {
    let key: ClipDay.Key
    let place: ClipDay.Place
    let item: CountedPlay

    var bytes: [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.object {
            $0.field("clip_id", key.clip.description)
            $0.field("episode_id", place.episode)
            if let feed = place.feed { $0.field("feed_slug", feed) }
            $0.field("once", Hex.encode(item.once.bits))
            $0.field("at_ms", item.at)
            $0.array("counts") { json in for count in item.counts.all { json.value(count.number) } }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    init(_ key: ClipDay.Key, _ place: ClipDay.Place, _ item: CountedPlay) {
        (self.key, self.place, self.item) = (key, place, item)
    }

    /// - Returns: nil for a line that was not written whole, or is none of ours.
    init?(_ line: ArraySlice<UInt8>) {
        guard case .object(let fields)? = try? JSONValue(parsing: Array(line)),
            case .string(let clip) = fields["clip_id"], let clip = try? ClipID(parsing: clip),
            case .string(let episode) = fields["episode_id"],
            case .string(let once) = fields["once"], let bits = UInt64(once, radix: 16),
            case .integer(let at) = fields["at_ms"], at >= 0,
            case .array(let counts) = fields["counts"], counts.count == PlayCounts.names.count
        else { return nil }
        var feed: String?
        if case .string(let slug) = fields["feed_slug"] { feed = slug }
        let numbers = Dictionary(zip(PlayCounts.names, counts), uniquingKeysWith: { first, _ in first })
        key = ClipDay.Key(clip: clip, at: at)
        place = ClipDay.Place(episode: episode, feed: feed)
        item = CountedPlay(
            once: CountedOnce(bits: bits), at: at,
            counts: PlayCounts { if case .integer(let number) = numbers[$0] { number } else { nil } })
    }
}

/// The files of plays in a folder: one for each day, `2026-11-28.jsonl`, to which lines are added. Its calls block.
struct PlayJournal {
    let folder: String

    private func path(_ day: Int32) -> String { "\(folder)/\(ClipDayDocument.text(ofDay: day)).jsonl" }

    /// - Throws: the errno of what failed.
    func open() throws(PlayJournalFault) {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw PlayJournalFault(errno) }
    }

    /// Removes the files of days before, as far as they can be; `oldest` on, files that are there stay.
    func forget(before oldest: Int32) {
        let limit = ClipDayDocument.text(ofDay: oldest) + ".jsonl"
        for name in names() where name < limit { unlink("\(folder)/\(name)") }
    }

    private func names() -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.utf8.count == 16, name.hasSuffix(".jsonl"), name.utf8.first.map({ $0 < 0x3A }) == true {
                names.append(name)
            }
        }
        return names.sorted()
    }

    /// Every line that can be read, of all days.
    func read(mostBytes: Int, _ body: (PlayLine) -> Void) throws(PlayJournalFault) {
        for name in names() {
            let bytes = try Self.read("\(folder)/\(name)", mostBytes: mostBytes)
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                if let line = PlayLine(line) { body(line) }
            }
        }
    }

    private static func read(_ path: String, mostBytes: Int) throws(PlayJournalFault) -> [UInt8] {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw PlayJournalFault(errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < mostBytes {
            let count = Glibc.read(file, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw PlayJournalFault(errno) }
            if count == 0 { break }
            bytes.append(contentsOf: piece[..<count])
        }
        return bytes
    }

    /// - Returns: bytes of the day's file now.
    func append(_ lines: [UInt8], to day: Int32) throws(PlayJournalFault) -> Int {
        let file = Glibc.open(path(day), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw PlayJournalFault(errno) }
        defer { close(file) }
        let before = Int(lseek(file, 0, SEEK_END))
        // What a crash has cut off must not run into the next line.
        var last: UInt8 = 0
        let isCut = before > 0 && pread(file, &last, 1, off_t(before - 1)) == 1 && last != UInt8(ascii: "\n")
        let bytes = (isCut ? [UInt8(ascii: "\n")] : []) + lines
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw PlayJournalFault(errno) }
            done += count
        }
        return before + bytes.count
    }
}

/// A file of plays can't be read or written.
struct PlayJournalFault: Error {
    let code: Int32

    init(_ code: Int32) { self.code = code }

    var words: String { String(cString: strerror(code)) }
}
