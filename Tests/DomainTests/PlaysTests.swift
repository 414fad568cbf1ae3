import FoundationEssentials
import Testing

@testable import Domain

@Suite("plays, and what is added up of them")
struct PlaysTests {
    private static let clip = "507f1f77bcf86cd799439011/30000-60000.mp3"
    /// 2026-11-28T05:20:14Z.
    private static let now: Int64 = 1_795_843_214_000

    private func decode<Event: ClipEvent>(_ json: String, as type: Event.Type) throws -> Event {
        try JSONDecoder().decode(Event.self, from: Data(json.utf8))
    }

    @Test("version 1 of a play is read, and writes what it was read from")
    func played() throws {
        let event = try decode(
            #"{"clip_id":"\#(Self.clip)","view":"0F1E2d3c4b5a69788796a5b4c3d2e1f0","event":"three_quarters","at_ms":5,"new":1}"#,
            as: ClipPlayed.self)
        #expect(event.view.description == "0f1e2d3c4b5a69788796a5b4c3d2e1f0" && event.mark == .threeQuarters)
        #expect(event.recordKey == Self.clip && event.episodeID?.description == "507f1f77bcf86cd799439011")
        #expect(try JSONDecoder().decode(ClipPlayed.self, from: JSONEncoder().encode(event)) == event)
    }

    @Test(
        "what no gateway writes is refused",
        arguments: [
            #""view":"0f","event":"half","at_ms":5"#,
            #""view":"0f1e2d3c4b5a69788796a5b4c3d2e1fg","event":"half","at_ms":5"#,
            #""view":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","event":"paused","at_ms":5"#,
            #""view":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","event":"half","at_ms":-1"#,
            #""view":"0f1e2d3c4b5a69788796a5b4c3d2e1f0","event":"half","at_ms":253402300800000"#,
        ])
    func refused(fields: String) {
        #expect(throws: EventFault.self) {
            try decode(#"{"clip_id":"\#(Self.clip)",\#(fields)}"#, as: ClipPlayed.self)
        }
    }

    @Test("more clips than there is room for go in several events, numbered one after the other, each below 64 KiB")
    func pieces() throws {
        var clips: [ClipID: ClipServed.Times] = [:]
        for number in 0..<700 {
            let guid = String(repeating: "g", count: 500) + String(number)
            clips[try ClipID(parsing: "\(guid)/0-30000.mp3")] = ClipServed.Times(hits: .max, made: UInt32(number))
        }
        let pieces = ClipServed.pieces(gateway: "g", from: 7, at: Self.now, clips: clips)
        #expect(pieces.map(\.sequence) == (0..<UInt64(pieces.count)).map { $0 + 7 } && pieces.count > 1)
        #expect(pieces.reduce(into: [:]) { $0.merge($1.clips) { one, _ in one } } == clips)
        for piece in pieces {
            let json = try JSONEncoder().encode(piece)
            #expect(json.count < 65_536)
            #expect(try JSONDecoder().decode(ClipServed.self, from: json) == piece)
        }
        #expect(ClipServed.pieces(gateway: "g", from: 0, at: 0, clips: [:]).isEmpty)
    }

    @Test("what comes again, in any order, counts once; of what is full nothing more counts")
    func once() throws {
        let key = ClipDay.Key(clip: try ClipID(parsing: Self.clip), at: Self.now)
        let place = ClipDay.Place(episode: "e", feed: "f")
        var random = SystemRandomNumberGenerator()
        var items: [CountedPlay] = []
        var expected: [String: Int64] = [:]
        for _ in 0..<500 {
            let hex = (0..<32).map { _ in "0123456789abcdef".randomElement(using: &random)! }
            let view = try #require(PlayView(hex: String(hex)))
            for mark in PlayMark.allCases.prefix(Int.random(in: 1...5)) {
                items.append(ClipPlayed(clipID: key.clip, view: view, mark: mark, at: Self.now).item)
                expected[mark.rawValue, default: 0] += 1
            }
        }
        for sequence in 0..<100 as Range<UInt64> {
            for gateway in ["cutroom-gateway-1", "cutroom-gateway-2"] {
                let served = try ClipServed(
                    gateway: gateway, sequence: sequence, at: Self.now, clips: [key.clip: .init(hits: 3, made: 1)])
                items += served.items.map(\.item)
                expected["hits", default: 0] += 3
                expected["made", default: 0] += 1
            }
        }
        var day = ClipDay(key, place)
        for item in (items + items).shuffled() { _ = day.take(item, limit: 10_000) }
        for (name, number) in day.total.all { #expect(number == expected[name] ?? 0, "\(name)") }
        #expect(day.hours.keys.sorted() == [5])
        var small = ClipDay(key, place)
        let taken = items.map { small.take($0, limit: 10) }
        #expect(taken.filter { $0 == .counted }.count == 10 && taken.last == .full)
    }

    @Test("the lists of each window hold what a count by hand over its hours gives, most plays first")
    func sums() throws {
        var sums = PlaySums(now: Self.now)
        var expected: [PlayTop.List: [String: Int64]] = [:]
        let hour = Self.now / 3_600_000
        let today = ClipDay.Key.day(Self.now)
        for number in 0..<40 {
            let clip = try ClipID(parsing: "guid-\(number % 13)/0-\(1000 + number).mp3")
            for back in 0..<32 as Range<Int32> {
                var day = ClipDay(
                    .init(clip: clip, day: today - back), .init(episode: "e\(number % 13)", feed: "f\(number % 3)"))
                for _ in 0..<Int.random(in: 0...5) {
                    let at = (Int64(day.key.day) * 24 + Int64.random(in: 0..<24)) * 3_600_000
                    let once = CountedOnce(bits: .random(in: .min ... .max))
                    _ = day.take(CountedPlay(once: once, at: at, counts: PlayCounts(.started)), limit: 100)
                    for (window, hours) in [(PlayWindow.day, 24), (.week, 168), (.month, 720)] as [(PlayWindow, Int64)]
                    where at / 3_600_000 <= hour && hour - at / 3_600_000 < hours {
                        for (group, id) in [
                            (PlayGroup.clip, clip.description), (.episode, "e\(number % 13)"),
                            (.feed, "f\(number % 3)"),
                        ] {
                            expected[.init(group, window), default: [:]][id, default: 0] += 1
                        }
                    }
                }
                if PlaySums.days(.month, now: Self.now).contains(day.key.day) { sums.add(day) }
            }
        }
        #expect(sums.lists.count == 9)
        for list in sums.lists {
            let found = Dictionary(uniqueKeysWithValues: list.entries.map { ($0.id, $0.counts.started) })
            #expect(found == expected[list.list] ?? [:], "\(list.list)")
            #expect(zip(list.entries, list.entries.dropFirst()).allSatisfy { $0.counts.started >= $1.counts.started })
            let event = try JSONDecoder().decode(PlayTop.self, from: JSONEncoder().encode(list))
            #expect(event == list && event.recordKey == "top/\(list.list.group.rawValue)/\(list.list.window.rawValue)")
        }
    }
}
