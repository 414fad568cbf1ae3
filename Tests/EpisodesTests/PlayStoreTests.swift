import Domain
import FoundationEssentials
import TestStack
import Testing

@testable import Episodes

/// What both stores of plays promise, on the server that `CUTROOM_TEST_MONGODB` names and in a folder.
@Suite("stores of plays", .timeLimit(.minutes(3)))
struct PlayStoreTests {
    private static let day: Int32 = 20_785
    private static let place = ClipDay.Place(episode: "507f1f77bcf86cd799439011", feed: "feed")

    private struct Input {
        var items: [(key: ClipDay.Key, item: CountedPlay)] = []
        /// By day, hour and clip.
        var expected: [String: Int64] = [:]
    }

    private func input() throws -> Input {
        var input = Input()
        for number in 0..<1_500 {
            let clip = try ClipID(parsing: "507f1f77bcf86cd799439011/0-\(1000 + number % 7).mp3")
            let day = Self.day + Int32(number % 2)
            let at = Int64(day) * 86_400_000 + Int64(number % 24) * 3_600_000
            let view = try #require(PlayView(hex: String(format32(number))))
            let play = ClipPlayed(clipID: clip, view: view, mark: number % 3 == 0 ? .finished : .started, at: at)
            input.items.append((ClipDay.Key(clip: clip, at: at), play.item))
            input.expected["\(day)/\(number % 24)/\(clip)/\(play.mark.rawValue)", default: 0] += 1
        }
        return input
    }

    /// 32 digits that differ where a view's do.
    private func format32(_ number: Int) -> String {
        let digits = String(UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// Everything twice, in any order, several at once.
    private func fill(_ store: any PlayStore, _ input: Input) async throws {
        let all = (input.items + input.items).shuffled()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in 0..<8 {
                group.addTask {
                    let mine = all.enumerated().filter { $0.offset % 8 == part }.map(\.element)
                    for (key, items) in Dictionary(grouping: mine, by: \.key) {
                        for start in stride(from: 0, to: items.count, by: 20) {
                            let some = items[start..<min(start + 20, items.count)].map(\.item)
                            _ = try await store.add(some, to: key, of: Self.place)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func counted(_ store: any PlayStore) async throws -> [String: Int64] {
        var counted: [String: Int64] = [:]
        var next: String?
        repeat {
            let page = try await store.page(of: Self.day...Self.day + 1, after: next)
            for day in page.days {
                #expect(day.place == Self.place)
                for (hour, counts) in day.hours {
                    for mark in PlayMark.allCases where counts[mark] > 0 {
                        counted["\(day.key.day)/\(hour)/\(day.key.clip)/\(mark.rawValue)"] = counts[mark]
                    }
                }
            }
            next = page.next
        } while next != nil
        return counted
    }

    @Test("in MongoDB, what comes twice and in any order counts once, in one document for a clip and day")
    func mongo() async throws {
        let input = try input()
        try await ScratchMongo.use { mongo in
            let store = MongoPlayStore(mongo.database)
            _ = try await store.prepare()
            try await fill(store, input)
            #expect(try await counted(store) == input.expected)
            #expect(try await mongo.count("clip_plays") == 14)
            let document = try #require(try await mongo.find("clip_plays"))
            #expect(document["started"]?.integer != nil && document["day"] != nil && document["seen"] != nil)
            // Another process, which has seen none of it.
            let items = input.items.filter { $0.key == input.items[0].key }.map(\.item)
            let again = try await MongoPlayStore(mongo.database).add(items, to: input.items[0].key, of: Self.place)
            #expect(again.allSatisfy { $0 == .known } && again.count == items.count)
            // Other days are none of theirs.
            #expect(try await store.page(of: Self.day + 2...Self.day + 9, after: nil).days.isEmpty)
        }
    }

    @Test(
        "in a folder likewise; it is there after a crash that has cut the last line off, and goes when its time is over"
    )
    func folder() async throws {
        let input = try input()
        try await TemporaryFolder.use { folder in
            let path = folder.path + "/plays"
            let store = try await FolderPlayStore.open(path, today: { Self.day + 1 })
            try await fill(store, input)
            #expect(try await counted(store) == input.expected)
            await store.close()
            let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
            #expect(files == ["2026-11-28.jsonl", "2026-11-29.jsonl"])
            let file = path + "/" + files[0]
            let whole = try Data(contentsOf: URL(filePath: file))
            try (whole + Data(#"{"clip_id":"507f1f77bc"#.utf8)).write(to: URL(filePath: file))
            let again = try await FolderPlayStore.open(path, today: { Self.day + 1 })
            #expect(try await counted(again) == input.expected)
            try await fill(again, input)
            #expect(try await counted(again) == input.expected)
            await again.close()
            let later = try await FolderPlayStore.open(path, PlayLimits(keptDays: 32), today: { Self.day + 32 })
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["2026-11-29.jsonl"])
            #expect(try await counted(later) == input.expected.filter { $0.key.hasPrefix("\(Self.day + 1)/") })
            await later.close()
        }
    }
}
