import ChildProcesses
import Telemetry

/// What a cutter counts and times.
final class CutterMetrics: Sendable {
    let stages: Histogram<CutterStage>
    let clips: Counter<ClipResult>
    let clipBytes: Counter<Void>
    let runs: Counter<RunResult>
    let runTime: Counter<Void>
    /// The instruments of the process, to which others add.
    let metrics: Metrics

    init(_ metrics: Metrics = Metrics()) {
        self.metrics = metrics
        stages = metrics.histogram(.stageDuration, .work, by: CutterStage.self)
        clips = metrics.counter(
            Metric("cutroom_clips_total", "Clips that were cut, found, or stored first by another cutter."),
            by: ClipResult.self)
        clipBytes = metrics.counter(Metric("cutroom_clip_bytes_total", "Bytes of clips stored.", unit: .none))
        runs = metrics.counter(
            Metric("cutroom_ffmpeg_runs_total", "Runs of ffmpeg that are over."), by: RunResult.self)
        runTime = metrics.counter(
            Metric("cutroom_ffmpeg_cpu_seconds_total", "Processor time of runs of ffmpeg.", unit: .seconds))
    }

    /// Takes note of a run of ffmpeg.
    func note(_ run: Result<Ended, ChildFault>) {
        runs.add(RunResult(run))
        switch run {
        case .success(let ended), .failure(.overLimit(_, let ended)): runTime.add(ended.usage.cpuTime)
        case .failure: break
        }
    }
}

/// What a cutter does for a miss, in this order.
enum CutterStage: Int, MetricLabel {
    /// Which object is the source.
    case locate
    /// Whether the clip is stored already.
    case look
    /// For a free slot.
    case wait
    /// How the source's frames lie.
    case layout
    /// The bytes of the window.
    case fetch
    /// ffmpeg, and what is around it.
    case cut
    case store

    static let label = "stage"
}

enum ClipResult: Int, MetricLabel {
    case cut
    /// It was stored already.
    case found
    /// Another cutter stored it first.
    case another

    static let label = "result"
}

/// How a run of ffmpeg ended.
enum RunResult: Int, MetricLabel {
    case ok
    /// With another exit code than 0.
    case failed
    /// By a signal of its own making.
    case crashed
    /// By a signal that somebody sent.
    case killed
    case timeLimit, cpuLimit, outputLimit
    case cancelled
    case notStarted

    static let label = "result"

    init(_ run: Result<Ended, ChildFault>) {
        switch run {
        case .success(let ended):
            switch ended.status {
            case .exited(0): self = .ok
            case .exited: self = .failed
            case .signalled(let signal): self = Self.crashes.contains(signal) ? .crashed : .killed
            case .killed: self = .killed
            }
        case .failure(.overLimit(let limit, _)):
            switch limit {
            case .wallClock: self = .timeLimit
            case .cpuTime: self = .cpuLimit
            case .outputBytes, .fileSizeBytes: self = .outputLimit
            }
        case .failure(.cancelled): self = .cancelled
        case .failure: self = .notStarted
        }
    }

    /// SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV.
    private static let crashes: Set<Int32> = [4, 6, 7, 8, 11]
}
