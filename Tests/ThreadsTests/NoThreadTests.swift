import Glibc
import Synchronization
import Testing

@testable import Threads

/// A machine with room for so many more threads.
private final class Room: Sendable {
    private let left: Mutex<Int>
    init(for threads: Int) { left = Mutex(threads) }
    func makeRoom(for threads: Int) { left.withLock { $0 += threads } }

    var start: ThreadStart {
        ThreadStart { [self] body in
            let hasRoom = left.withLock { left in
                guard left > 0 else { return false }
                left -= 1
                return true
            }
            // As pthread_create(3) does at RLIMIT_NPROC.
            return hasRoom ? ThreadStart.system.run(body) : EAGAIN
        }
    }
}

@Suite("Where no thread can be started", .timeLimit(.minutes(1)))
struct NoThreadTests {
    @Test("a thread without room is a fault with its name and the reason, and its body does not run")
    func thread() async throws {
        let room = Room(for: 0)
        let ran = Order()
        #expect(throws: ThreadFault(name: "test", code: EAGAIN)) {
            try OwnThread(named: "test", start: room.start) { ran.add(0) }
        }
        #expect(ran.numbers.isEmpty)
        #expect("\(ThreadFault(name: "test", code: EAGAIN))".contains("'test': Resource temporarily unavailable"))
    }

    @Test("a pool works with the threads that it got, and with more once there is room")
    func fewer() async throws {
        let room = Room(for: 1)
        let pool = BlockingPool(named: "test", threads: 2, queueLimit: 3, start: room.start)
        let first = try await pool.run { pthread_self() }
        #expect(try await pool.run { pthread_self() } == first)
        room.makeRoom(for: 1)
        // Two that wait for each other end only if both run.
        let meeting = Meeting(of: 2)
        async let one: Void = pool.run { meeting.join() }
        async let other: Void = pool.run { meeting.join() }
        _ = try await (one, other)
        await pool.close()
    }

    @Test("a pool without any thread refuses, serves once there is room, and can be closed in either state")
    func none() async throws {
        let room = Room(for: 0)
        let pool = BlockingPool(named: "test", threads: 2, queueLimit: 3, start: room.start)
        await #expect(throws: BlockingPool.Refusal.noThread(ThreadFault(name: "test-0", code: EAGAIN))) {
            try await pool.run {}
        }
        room.makeRoom(for: 2)
        #expect(try await pool.run { 7 } == 7)
        await pool.close()
        await BlockingPool(named: "test", threads: 1, queueLimit: 1, start: Room(for: 0).start).close()
    }

    @Test("what is to be done last is done when every call is over", arguments: [0, 1, 3])
    func last(threads: Int) async throws {
        let pool = BlockingPool(named: "test", threads: 3, queueLimit: 10, start: Room(for: threads).start)
        let done = Order()
        let calls = (0..<(threads > 0 ? 5 : 0)).map { number in
            Task { try await pool.run { done.add(number) } }
        }
        for call in calls { try await call.value }
        await pool.close { done.add(-1) }
        #expect(done.numbers.count == calls.count + 1)
        #expect(done.numbers.last == -1)
    }
}

/// What was done, in order.
private final class Order: Sendable {
    private let done = Mutex<[Int]>([])
    var numbers: [Int] { done.withLock { $0 } }
    func add(_ number: Int) { done.withLock { $0.append(number) } }
}

/// Holds each until all have come.
private final class Meeting: Sendable {
    private let missing: Mutex<Int>
    init(of count: Int) { missing = Mutex(count) }
    func join() {
        missing.withLock { $0 -= 1 }
        while missing.withLock({ $0 > 0 }) { usleep(1000) }
    }
}
