import ChildProcesses
import Glibc
import Telemetry
import Testing

@testable import CutterService

@Suite("what a cutter counts")
struct CutterMetricsTests {
    private static func ended(_ status: Ended.Status, cpu: Duration = .zero) -> Ended {
        Ended(
            status: status, output: [], errorTail: "",
            usage: .init(cpuTime: cpu, peakResidentBytes: 0, wallClock: .seconds(1)))
    }

    @Test(
        "a run of ffmpeg is counted by how it ended",
        arguments: [
            (.success(ended(.exited(0))), .ok), (.success(ended(.exited(1))), .failed),
            (.success(ended(.signalled(SIGSEGV))), .crashed), (.success(ended(.signalled(SIGABRT))), .crashed),
            (.success(ended(.signalled(SIGTERM))), .killed), (.success(ended(.killed)), .killed),
            (.failure(.overLimit(.wallClock(.seconds(1)), ended(.killed))), .timeLimit),
            (.failure(.overLimit(.cpuTime(.seconds(1)), ended(.killed))), .cpuLimit),
            (.failure(.overLimit(.outputBytes(1), ended(.killed))), .outputLimit),
            (.failure(.cancelled), .cancelled), (.failure(.notFound(path: "/x")), .notStarted),
        ] as [(Result<Ended, ChildFault>, RunResult)])
    func runs(run: Result<Ended, ChildFault>, result: RunResult) {
        let metrics = CutterMetrics()
        metrics.note(run)
        for other in RunResult.allCases { #expect(metrics.runs.total(other) == (other == result ? 1 : 0)) }
    }

    @Test("processor time adds up, also of runs that went beyond a limit")
    func time() {
        let metrics = CutterMetrics()
        metrics.note(.success(Self.ended(.exited(0), cpu: .milliseconds(250))))
        metrics.note(.failure(.overLimit(.cpuTime(.seconds(1)), Self.ended(.killed, cpu: .seconds(1)))))
        metrics.note(.failure(.cancelled))
        #expect(metrics.runTime.total == 1_250_000_000)
    }
}
