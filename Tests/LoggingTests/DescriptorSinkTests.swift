import Glibc
import Synchronization
import Testing
import Threads

@testable import Logging

/// Both ends of a pipe.
private struct Pipe {
    let reading: Int32
    let writing: Int32

    init() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        (reading, writing) = (ends[0], ends[1])
    }

    /// Everything up to the end of file; the writing end must be closed.
    func readAll() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(reading, &buffer, buffer.count), count > 0 { bytes += buffer[..<count] }
        close(reading)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Reads a pipe to its end on a thread of its own.
private final class Reader: Sendable {
    private final class Result: Sendable { let value = Mutex("") }
    private let result = Result()
    private let thread: OwnThread

    init(_ pipe: Pipe) {
        thread = OwnThread.atStart(named: "reader") { [result] in
            let text = pipe.readAll()
            result.value.withLock { $0 = text }
        }
    }

    func text() async -> String {
        await thread.ended()
        return result.value.withLock { $0 }
    }
}

@Suite("Writing lines to a descriptor")
struct DescriptorSinkTests {
    @Test("what is flushed is there, in order")
    func order() {
        let pipe = Pipe()
        let sink = DescriptorSink(descriptor: pipe.writing, limitBytes: 1 << 16)
        for number in 0..<100 { #expect(sink.take(Array("\(number)\n".utf8))) }
        sink.flush(atMost: .seconds(30))
        close(pipe.writing)
        #expect(pipe.readAll() == (0..<100).map { "\($0)\n" }.joined())
    }

    /// A Linux pipe holds 65,536 bytes; the queue here 4096 more, and one line is under way.
    @Test("a reader that stands still stalls nobody: lines beyond the limit are refused, and the rest comes whole")
    func standstill() async {
        let pipe = Pipe()
        let sink = DescriptorSink(descriptor: pipe.writing, limitBytes: 4096)
        let line = Array((String(repeating: "x", count: 1023) + "\n").utf8)
        var taken = 0
        for _ in 0..<1000 where sink.take(line) { taken += 1 }
        #expect(taken >= 4 && taken <= 64 + 4 + 1)
        sink.flush(atMost: .milliseconds(1))
        let reader = Reader(pipe)
        sink.flush(atMost: .seconds(30))
        close(pipe.writing)
        #expect(await reader.text().utf8.count == taken * 1024)
    }

    @Test("a pipe whose reader is gone ends neither the process nor the sink")
    func gone() {
        let pipe = Pipe()
        close(pipe.reading)
        let sink = DescriptorSink(descriptor: pipe.writing, limitBytes: 1 << 16)
        for _ in 0..<10 { #expect(sink.take(Array("line\n".utf8))) }
        sink.flush(atMost: .seconds(30))
        close(pipe.writing)
    }

    @Test("a descriptor that does not block is waited for")
    func nonBlocking() async {
        let pipe = Pipe()
        #expect(fcntl(pipe.writing, F_SETFL, O_NONBLOCK) == 0)
        let sink = DescriptorSink(descriptor: pipe.writing, limitBytes: 1 << 20)
        let line = Array((String(repeating: "y", count: 999) + "\n").utf8)
        for _ in 0..<200 { #expect(sink.take(line)) }
        let reader = Reader(pipe)
        sink.flush(atMost: .seconds(30))
        close(pipe.writing)
        #expect(await reader.text().utf8.count == 200_000)
    }

    @Test("the queue gives room back as lines are taken")
    func room() {
        let queue = LineQueue(limitBytes: 10)
        #expect(queue.add([1, 2, 3, 4, 5]) && queue.add([1, 2, 3, 4, 5]))
        #expect(!queue.add([1]))
        #expect(queue.next()?.count == 5)
        #expect(queue.add([1, 2, 3]))
        queue.close()
        #expect(!queue.add([1]))
        #expect(queue.next()?.count == 5 && queue.next()?.count == 3 && queue.next() == nil)
    }
}
