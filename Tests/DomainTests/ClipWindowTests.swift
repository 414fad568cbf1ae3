import Testing

@testable import Domain

@Suite("a clip's window")
struct ClipWindowTests {
    /// 2,147,483,647 is the largest signed number of 32 bits, in which the register keeps times.
    @Test("it may end in the last millisecond that there is, and not later")
    func last() throws {
        let window = try ClipWindow(startMs: 2_147_453_647, durationMs: 30_000, longest: .seconds(60))
        #expect(window.endMs == 2_147_483_647 && window.durationMs == 30_000)
        #expect(try ClipWindow(startMs: 2_147_483_646, durationMs: 1, longest: .seconds(60)).endMs == 2_147_483_647)
        for (start, duration) in [(2_147_453_648, 30_000), (2_147_483_647, 1), (Int64.max, 1)] as [(Int64, Int64)] {
            #expect(throws: ClipFault.self) {
                _ = try ClipWindow(startMs: start, durationMs: duration, longest: .seconds(60))
            }
        }
    }
}
