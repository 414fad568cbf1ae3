import ChildProcesses
import Domain
import Settings

/// Which ffmpeg, and what one run of it may cost.
struct FFmpegSettings: Sendable, Equatable {
    /// A path, or a name that is looked for on the search path.
    var executable = "ffmpeg"
    /// Folders with `:` between them.
    var searchPath = "/usr/local/bin:/usr/bin:/bin"
    /// Beyond it a run is killed. The work's own deadline may come earlier.
    var timeLimit = Duration.seconds(60)
    /// Processor time of one run.
    var cpuLimit = Duration.seconds(60)
    /// Address space, not use: a distribution's ffmpeg maps 380 MiB before it does anything.
    var addressSpaceBytes = 2 << 30
    /// The longest clip: a minute of uncompressed stereo is 11 MiB.
    var clipBytes = 64 << 20
    /// Added to the service's own niceness, so that it goes on answering while clips are encoded.
    var nice: Int32 = 10
    /// Children started ahead of need, for lossless clips.
    var waiting = 2

    init() {}

    init(from read: inout SettingsReader) {
        executable = read.string(
            "FFMPEG_PATH", default: executable, "The ffmpeg to run, 6 or later: a path, or a name on PATH.")
        searchPath = read.string("PATH", default: searchPath, "Where a bare name in FFMPEG_PATH is looked for.")
        timeLimit = read.duration(
            "FFMPEG_TIME_LIMIT", default: timeLimit, in: .seconds(1) ... .seconds(600),
            "How long one run of ffmpeg may take before it is killed.")
        cpuLimit = read.duration(
            "FFMPEG_CPU_LIMIT", default: cpuLimit, in: .seconds(1) ... .seconds(600),
            "How much processor time one run of ffmpeg may use.")
        addressSpaceBytes = read.bytes(
            "FFMPEG_MEMORY_LIMIT", default: addressSpaceBytes, in: 64 << 20...64 << 30,
            "How much address space one run of ffmpeg may map; a distribution's ffmpeg needs 1GiB.")
        clipBytes = read.bytes(
            "FFMPEG_CLIP_LIMIT", default: clipBytes, in: 1 << 20...1 << 30, "The longest clip that may be made.")
        nice = Int32(
            read.int("FFMPEG_NICE", default: Int(nice), in: 0...19, "Niceness of ffmpeg above the service's own."))
        waiting = read.int(
            "FFMPEG_WAITING", default: waiting, in: 0...64,
            "How many ffmpeg processes are started ahead of need for lossless clips.")
    }

    /// - Parameter deadline: of the work; nil: only our own limit.
    func limits(until deadline: Deadline?) -> ChildLimits {
        let wallClock = min(timeLimit, max(.milliseconds(1), deadline?.left ?? timeLimit))
        return ChildLimits(
            cpuTime: cpuLimit, addressSpaceBytes: addressSpaceBytes, fileSizeBytes: clipBytes, openFiles: 64,
            wallClock: wallClock, nice: nice)
    }
}
