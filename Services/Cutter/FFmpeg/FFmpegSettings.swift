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
    /// The same for looking at a source before anything of it is decoded, and processor time.
    var lookLimit = Duration.seconds(15)
    /// How long a source that reached a limit is not tried again.
    var faultLifetime = Duration.seconds(600)
    /// Address space, not use: a distribution's ffmpeg maps 380 MiB before it does anything.
    var addressSpaceBytes = 2 << 30
    /// The longest clip: a minute of uncompressed stereo is 11 MiB.
    var clipBytes = 64 << 20
    /// Added to the service's own niceness, so that it goes on answering while clips are encoded.
    var nice: Int32 = 10
    /// The same for clips of the bulk lane.
    var bulkNice: Int32 = 19
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
        lookLimit = read.duration(
            "FFMPEG_LOOK_LIMIT", default: lookLimit, in: .seconds(1) ... .seconds(600),
            "How long ffmpeg may look at a source before it decodes any of it, and how much processor time that may use."
        )
        faultLifetime = read.duration(
            "FFMPEG_FAULT_LIFETIME", default: faultLifetime, in: .zero ... .seconds(86_400),
            "How long a source at which ffmpeg reached a limit, or that it can't play, is refused without another try.")
        addressSpaceBytes = read.bytes(
            "FFMPEG_MEMORY_LIMIT", default: addressSpaceBytes, in: 64 << 20...64 << 30,
            "How much address space one run of ffmpeg may map; a distribution's ffmpeg needs 1GiB.")
        clipBytes = read.bytes(
            "FFMPEG_CLIP_LIMIT", default: clipBytes, in: 1 << 20...1 << 30, "The longest clip that may be made.")
        nice = Int32(
            read.int("FFMPEG_NICE", default: Int(nice), in: 0...19, "Niceness of ffmpeg above the service's own."))
        bulkNice = Int32(
            read.int(
                "FFMPEG_BULK_NICE", default: Int(bulkNice), in: 0...19,
                "The same for clips of the bulk lane; never less than FFMPEG_NICE."))
        waiting = read.int(
            "FFMPEG_WAITING", default: waiting, in: 0...64,
            "How many ffmpeg processes are started ahead of need for lossless clips.")
    }

    /// On one processor each: since version 7 ffmpeg has a thread for each step of its way, and hands over frame by frame. Spread
    /// over processors, the kernel's part in that is three times what decoding takes.
    ///
    /// - Parameter deadline: of the work; nil: only our own limit.
    func limits(until deadline: Deadline?) -> ChildLimits {
        let wallClock = min(timeLimit, max(.milliseconds(1), deadline?.left ?? timeLimit))
        return ChildLimits(
            cpuTime: cpuLimit, addressSpaceBytes: addressSpaceBytes, fileSizeBytes: clipBytes, openFiles: 64,
            wallClock: wallClock, nice: nice, onOneProcessor: true)
    }

    /// For a look at a source, which decodes next to nothing.
    func lookLimits(until deadline: Deadline?) -> ChildLimits {
        var limits = limits(until: deadline)
        limits.cpuTime = min(cpuLimit, lookLimit)
        limits.wallClock = min(limits.wallClock, lookLimit)
        return limits
    }

    /// For sound between two runs, uncompressed: eight times what a clip may have.
    func soundLimits(until deadline: Deadline?) -> ChildLimits {
        var limits = limits(until: deadline)
        limits.fileSizeBytes = soundBytes
        return limits
    }

    var soundBytes: Int { clipBytes.multipliedReportingOverflow(by: 8).overflow ? clipBytes : clipBytes * 8 }
}
