import Glibc

/// What a process takes of its machine, under the names that Prometheus's client libraries use.
public enum ProcessMetrics {
    /// - Parameter build: what the program says of itself, as labels of `cutroom_build_info`.
    public static func register(in metrics: Metrics, build: [(name: String, value: String)]) {
        metrics.counters(
            Metric(
                "process_cpu_seconds_total", "Processor time of this process, without its children's.", unit: .seconds)
        ) { [([], cpuNanoseconds)] }
        metrics.gauge(Metric("process_resident_memory_bytes", "Memory in use.", unit: .bytes)) {
            ProcessStatus.read().map { Double($0.residentPages) * Double(sysconf(Int32(_SC_PAGESIZE))) }
        }
        metrics.gauge(Metric("process_virtual_memory_bytes", "Address space in use.", unit: .bytes)) {
            ProcessStatus.read().map { Double($0.virtualBytes) }
        }
        metrics.gauge(Metric("process_open_fds", "Open descriptors.")) { openDescriptors.map { Double($0) } }
        metrics.gauge(Metric("process_max_fds", "So many descriptors may be open.")) {
            var limit = rlimit()
            guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
            return Double(limit.rlim_cur)
        }
        metrics.gauge(Metric("process_threads", "Threads.")) { ProcessStatus.read().map { Double($0.threads) } }
        let start = startSeconds
        metrics.gauge(
            Metric("process_start_time_seconds", "When the process started, in seconds since 1970.", unit: .seconds)
        ) { start }
        metrics.info(Metric("cutroom_build_info", "Which Cutroom this is; always 1.", fixed: build))
    }

    private static var cpuNanoseconds: UInt64 {
        var time = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static var openDescriptors: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        // Without ".", ".." and the descriptor of the folder itself.
        var count = -3
        while readdir(folder) != nil { count += 1 }
        return count
    }

    /// By the machine's start and what passed from there to the process's.
    private static var startSeconds: Double? {
        guard let status = ProcessStatus.read() else { return nil }
        var (now, sinceBoot) = (timespec(), timespec())
        guard clock_gettime(CLOCK_REALTIME, &now) == 0, clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0 else {
            return nil
        }
        func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }
        return seconds(now) - seconds(sinceBoot) + Double(status.startTicks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

/// Source of the fields: proc_pid_stat(5).
struct ProcessStatus {
    let threads: UInt64
    let startTicks: UInt64
    let virtualBytes: UInt64
    let residentPages: UInt64

    static func read() -> ProcessStatus? {
        let file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count > 0 ? ProcessStatus(parsing: String(decoding: bytes[..<count], as: UTF8.self)) : nil
    }

    /// - Parameter text: a program's name in it may hold anything, so the fields are counted from behind it.
    init?(parsing text: String) {
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(whereSeparator: { $0 == " " || $0 == "\n" })
        // The first one here is the third in the manual.
        guard fields.count > 21, let threads = UInt64(fields[17]), let start = UInt64(fields[19]),
            let bytes = UInt64(fields[20]), let pages = UInt64(fields[21])
        else { return nil }
        self.threads = threads
        startTicks = start
        virtualBytes = bytes
        residentPages = pages
    }
}
