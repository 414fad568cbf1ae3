import Bounded
import Fakes
import Testing

@Suite("Timed cache")
struct TimedCacheTests {
    let clock = HandClock()

    @Test("each value has its own lifetime, which ends on the dot")
    func lifetimes() {
        let cache = TimedCache<String, Int>(limitCount: 10, now: { [clock] in clock.now })
        cache.insert(1, for: "short", lifetime: .seconds(1))
        cache.insert(2, for: "long", lifetime: .seconds(60))
        clock.advance(by: .milliseconds(999))
        #expect(cache.get("short") == 1)
        clock.advance(by: .milliseconds(1))
        #expect(cache.get("short") == nil && cache.get("long") == 2 && cache.count == 1)
    }

    @Test("what is outdated is told as such, and stays after it was asked for only where that is wanted")
    func outdated() {
        for keeps in [true, false] {
            let cache = TimedCache<String, Int>(limitCount: 10, keepsOutdated: keeps, now: { [clock] in clock.now })
            cache.insert(1, for: "a", lifetime: .seconds(1))
            #expect(cache.outdated("a") == nil)
            clock.advance(by: .seconds(1))
            #expect(cache.outdated("a") == 1)
            #expect(cache.get("a") == nil)
            #expect(cache.outdated("a") == (keeps ? 1 : nil))
        }
    }

    @Test("a value put in again begins its life anew")
    func again() {
        let cache = TimedCache<String, Int>(limitCount: 10, now: { [clock] in clock.now })
        cache.insert(1, for: "a", lifetime: .seconds(2))
        clock.advance(by: .seconds(1))
        cache.insert(2, for: "a", lifetime: .seconds(2))
        clock.advance(by: .milliseconds(1500))
        #expect(cache.get("a") == 2)
        cache.remove("a")
        #expect(cache.get("a") == nil)
    }

    @Test("it keeps no more than its limit")
    func limit() {
        let cache = TimedCache<Int, Int>(limitCount: 3)
        for number in 0..<100 { cache.insert(number, for: number, lifetime: .seconds(1000)) }
        #expect(cache.count == 3 && cache.get(99) == 99 && cache.get(96) == nil)
        cache.removeAll()
        #expect(cache.count == 0)
    }
}
