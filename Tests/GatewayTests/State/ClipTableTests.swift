import Domain
import Testing

@testable import GatewayService

@Suite("the table of ready clips")
struct ClipTableTests {
    private let now = ClipStateBench.now
    private let id = ClipStateBench.id(1)

    private func table(bytes: Int = 1 << 20, revalidateAfter: Duration = .seconds(1000)) -> ClipTable {
        ClipTable(
            .init(bytes: bytes, revalidateAfter: revalidateAfter), signedSeconds: 90_000, missingLimit: 2)
    }

    /// Whether each of these is a hit.
    private func hits(_ table: inout ClipTable, _ ids: ClipID...) -> [Bool] {
        ids.map { table.hit($0, now: now) != nil }
    }

    private func clip(
        _ number: Int = 1, checkedAgo: Int64 = 0, expiresIn: Int64 = 2_592_000, storedAgo: Int64 = 0
    ) throws -> ReadyClip {
        try ReadyClip(
            ClipReady(
                clipID: ClipStateBench.id(number), objectKey: ClipStateBench.key(number), startMs: Int32(number),
                durationMs: 30_000, sizeBytes: 480_000, storedAt: now - storedAgo, objectExpiresAt: now + expiresIn,
                sourceCheckedAt: now - checkedAgo, exact: .sample, cut: true))
    }

    @Test("a stale hit is said to one caller, and to the next one after a tenth of the time")
    func stale() throws {
        var table = table()
        _ = table.insert(try clip(checkedAgo: 1001), for: id, now: now)
        var stale: [Bool?] = []
        for later: Int64 in [0, 0, 99, 100, 101, 102] { stale.append(table.hit(id, now: now + later)?.stale) }
        #expect(stale == [true, false, false, false, true, false])
    }

    @Test("what is looked at without being used goes before what was used")
    func eviction() throws {
        let one = try clip()
        var big = table()
        _ = big.insert(one, for: id, now: now)
        // Room for three clips, whose ids hold nothing on the heap.
        var table = table(bytes: 3 * big.bytes)
        for number in 1...3 { _ = table.insert(one, for: ClipStateBench.id(number), now: now) }
        let used = hits(&table, ClipStateBench.id(1))
        #expect(used == [true])
        #expect(table.servable(ClipStateBench.id(2), now: now) != nil)
        _ = table.insert(one, for: ClipStateBench.id(4), now: now)
        let left = (1...4).filter { table.servable(ClipStateBench.id($0), now: now) != nil }
        #expect(left == [1, 3, 4])
        #expect(table.count == 3)
    }

    @Test("of two reports the one with the later look at the source stays, with the later end")
    func order() throws {
        var table = table()
        // The last one is the same object, stored anew: it lives longer, and the source was looked at as lately as before.
        let reports = [
            try clip(checkedAgo: 10), try clip(2, checkedAgo: 20), try clip(checkedAgo: 20, storedAgo: 5),
            try clip(checkedAgo: 20, expiresIn: 3_000_000),
        ]
        let insertions = reports.map { table.insert($0, for: id, now: now) }
        #expect(insertions == [.inserted, .superseded, .superseded, .inserted])
        let clip = try #require(table.servable(id, now: now))
        #expect(clip.sourceCheckedAt == UInt32(now - 10))
        #expect(clip.expiresAt == UInt32(now + 3_000_000))
    }

    @Test("a missing object makes no hit under any id, until it is reported again; so many are kept in mind")
    func missing() throws {
        var table = table()
        let other = try ClipID(parsing: "some-guid/1-30001.mp3")
        for id in [id, other] { _ = table.insert(try clip(), for: id, now: now) }
        table.lost(try ClipStateBench.key(1))
        let lost = hits(&table, id, other)
        _ = table.insert(try clip(checkedAgo: 500), for: id, now: now)
        let found = hits(&table, id, other)
        #expect(lost == [false, false] && found == [true, true])
        for number in 1...3 { table.lost(try ClipStateBench.key(number)) }
        let forgotten = hits(&table, id, other)
        #expect(forgotten == [true, true], "the first of three is forgotten")
        table.remove(id)
        let removed = hits(&table, id, other)
        #expect(removed == [false, true])
    }
}
