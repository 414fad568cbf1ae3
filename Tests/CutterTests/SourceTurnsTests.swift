import Bounded
import Domain
import ObjectStore
import Synchronization
import TestStack
import Testing

@testable import CutterService

@Suite("Turns at a source", .timeLimit(.minutes(1)))
struct SourceTurnsTests {
    private let slots = WorkSlots(count: 3, queueLimit: 10)

    private func source(_ key: String) throws -> SourceAudio {
        SourceAudio(key: key, sizeBytes: 1, etag: try #require(ETag("\"0123456789\"")), checkedAt: 0)
    }

    /// Works that wait until they are let go, each under the name of its source; cancelled ones go by themselves.
    private final class Works: Sendable {
        private typealias Waiting = (number: Int, wait: CheckedContinuation<Bool, Never>)
        private let running = Mutex<[String: [Waiting]]>([:])
        private let numbers = Counter()

        func work(_ name: String) async throws(ClipFault) -> Bool {
            let number = numbers.add()
            let isGood = await withTaskCancellationHandler {
                await withCheckedContinuation { (wait: CheckedContinuation<Bool, Never>) in
                    let isLate = running.withLock { running in
                        if !Task.isCancelled { running[name, default: []].append((number, wait)) }
                        return Task.isCancelled
                    }
                    if isLate { wait.resume(returning: false) }
                }
            } onCancel: {
                running.withLock { running in
                    let place = running[name]?.firstIndex { $0.number == number }
                    return place.flatMap { running[name]?.remove(at: $0) }
                }?.wait.resume(returning: false)
            }
            guard isGood else { throw ClipFault(.cutFailed, "…") }
            return true
        }

        func count(_ name: String) -> Int { running.withLock { $0[name]?.count ?? 0 } }

        func end(_ name: String, good: Bool = true) {
            running.withLock { $0[name]?.removeFirst() }?.wait.resume(returning: good)
        }

        func until(_ name: String, _ wanted: Int) async throws {
            try await eventually("\(wanted) works at \(name)") { count(name) == wanted }
        }
    }

    @Test("an unknown source has one slot, whatever waits for it, and takes none from others; a quick one has all")
    func turns() async throws {
        let turns = SourceTurns(entries: 10, queueLimit: 10)
        let (works, slots) = (Works(), slots)
        let (slow, other) = (try source("slow"), try source("other"))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for source in [slow, slow, slow, slow, other] {
                group.addTask {
                    try await turns.run(source, in: slots) { () async throws(ClipFault) in
                        try await works.work(source.key)
                    }
                }
            }
            try await works.until("slow", 1)
            try await works.until("other", 1)
            #expect(slots.inUse == 2)
            works.end("other")
            // It failed as ffmpeg's limits make it fail: the next one is still alone.
            works.end("slow", good: false)
            try await works.until("slow", 1)
            try await eventually("one slot in use") { slots.inUse == 1 }
            #expect(works.count("slow") == 1)
            // One that ends well shows that no turns are needed: the two that are left run side by side.
            works.end("slow")
            try await works.until("slow", 2)
            works.end("slow")
            works.end("slow")
            var (good, failed) = (0, 0)
            while let result = await group.nextResult() {
                switch result {
                case .success: good += 1
                case .failure(let fault):
                    failed += 1
                    #expect((fault as? BoundedFault<ClipFault>) == .failed(ClipFault(.cutFailed, "…")))
                }
            }
            #expect((good, failed) == (4, 1))
        }
    }

    @Test("a cut that took long leaves its source to turns")
    func slow() async throws {
        let turns = SourceTurns(soon: .zero, entries: 10, queueLimit: 1)
        let (works, slots) = (Works(), slots)
        let slow = try source("slow")
        let run: @Sendable () async throws -> Bool = {
            try await turns.run(slow, in: slots) { () async throws(ClipFault) in try await works.work("slow") }
        }
        for _ in 0..<2 {
            async let first = run()
            async let second = run()
            try await works.until("slow", 1)
            _ = try await eventually("both are in line") { turns.inLine(slow) == 2 ? true : nil }
            #expect(slots.inUse == 1)
            works.end("slow")
            try await works.until("slow", 1)
            works.end("slow")
            _ = try await (first, second)
        }
        #expect(turns.inLine(slow) == 0)
    }
}
