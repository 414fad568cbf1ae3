import Domain
import Synchronization
import Testing

@testable import GatewayService

@Suite("followers of clips")
struct FollowersTests {
    @Test("followers of one clip are notified, each is removed once, and there are so many and no more")
    func followers() throws {
        var followers = Followers(.init(limit: 2))
        let (one, two) = (ClipStateBench.id(1), ClipStateBench.id(2))
        let notified = Mutex<[String]>([])
        func note(_ name: String) -> Followers.Notify { { notified.withLock { $0.append(name) } } }
        let numbers = [followers.add(one, note("a")), followers.add(one, note("b")), followers.add(two, note("c"))]
        let first = try #require(numbers[0])
        #expect(numbers[1] != nil && numbers[1] != first && numbers[2] == nil)
        for notify in followers.of(one) + followers.of(two) { notify() }
        #expect(notified.withLock(\.self).sorted() == ["a", "b"])
        followers.remove(two, first)
        followers.remove(one, first)
        followers.remove(one, first)
        #expect(followers.count == 1)
        let third = followers.add(two, note("c"))
        #expect(third != nil)
        #expect(followers.of(one).count == 1 && followers.of(two).count == 1)
    }
}
