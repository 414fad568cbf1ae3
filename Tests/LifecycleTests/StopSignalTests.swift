import Glibc
import Logging
import Testing

@testable import Lifecycle

@Suite("Being asked to stop", .timeLimit(.minutes(1)))
struct StopSignalTests {
    let stopping = StopSignal(log: .silent)

    @Test("the first signal drains, each later one ends at once")
    func signals() {
        #expect(!stopping.isRequested)
        #expect(stopping.received(SIGTERM) == .drain)
        #expect(stopping.reason == .signal(SIGTERM))
        #expect(stopping.received(SIGINT) == .endAtOnce(.killed(signal: SIGINT)))
        #expect(stopping.reason == .signal(SIGTERM))
    }

    @Test("a signal during the drain after a fault does not cut it off, and the fault stays the reason")
    func afterFault() {
        stopping.fail("No more")
        #expect(stopping.received(SIGTERM) == .drain)
        #expect(stopping.reason == .fault("No more"))
        #expect(stopping.received(SIGTERM) == .endAtOnce(.killed(signal: SIGTERM)))
    }

    @Test("all who wait learn of it, and who asks later learns at once")
    func waiters() async {
        let waiters = (0..<10).map { _ in Task { [stopping] in await stopping.requested() } }
        stopping.request(.signal(SIGTERM))
        for waiter in waiters { await waiter.value }
        await stopping.requested()
    }

    @Test("a cancelled waiter does not wait on")
    func cancelled() async {
        let waiter = Task { [stopping] in await stopping.requested() }
        waiter.cancel()
        await waiter.value
        #expect(!stopping.isRequested)
    }

    @Test("steps are unfinished from their begin to their end, also if they throw")
    func steps() async {
        struct Broken: Error {}
        await stopping.step("outer") {
            await stopping.step("inner") { #expect(stopping.unfinished == ["outer", "inner"]) }
            #expect(stopping.unfinished == ["outer"])
        }
        await #expect(throws: Broken.self) { try await stopping.step("broken") { throw Broken() } }
        #expect(stopping.unfinished.isEmpty)
    }

    @Test("the outcome follows from how the body ends")
    func outcomes() async {
        struct Broken: Error {}
        let whole = Lifecycle.End(status: .done, isCutOff: false)
        let failed = Lifecycle.End(status: .failed, isCutOff: false)
        func outcome(_ body: @escaping @Sendable (StopSignal) async throws -> Void) async -> Lifecycle.End {
            await Lifecycle.outcome(of: body, stopping: StopSignal(log: .silent), limit: .seconds(60), log: .silent)
        }
        #expect(await outcome { _ in } == whole)
        #expect(await outcome { $0.request(.signal(SIGTERM)) } == whole)
        #expect(await outcome { $0.fail("No more") } == failed)
        #expect(await outcome { _ in throw Broken() } == failed)
    }

    @Test("a body that outlives the limit is cancelled and left behind")
    func cutOff() async {
        let end = await Lifecycle.outcome(
            of: { stopping in
                stopping.request(.signal(SIGTERM))
                try await Task.sleep(for: .seconds(3600))
            }, stopping: stopping, limit: .zero, log: .silent)
        #expect(end == Lifecycle.End(status: .failed, isCutOff: true))
    }

    @Test("exit codes are those that shells and sysexits.h know")
    func codes() {
        #expect(ExitStatus.done.code == 0 && ExitStatus.failed.code == 1 && ExitStatus.usage.code == 2)
        #expect(ExitStatus.badSettings.code == 78 && ExitStatus.killed(signal: SIGTERM).code == 143)
    }

    /// Against `ps`, which counts whole seconds and rounds as it likes.
    @Test("the process began when ps says so")
    func start() throws {
        let pipe = try #require(popen("ps -o etimes= -p \(getpid())", "r"))
        var seconds: Int32 = -1
        withUnsafeMutablePointer(to: &seconds) { pointer in
            _ = withVaList([pointer]) { vfscanf(pipe, "%d", $0) }
        }
        pclose(pipe)
        let age = ContinuousClock.now - ProcessStart.instant
        #expect(age > .seconds(Int(seconds) - 2) && age < .seconds(Int(seconds) + 2))
    }
}
