import Glibc

/// When the process began.
public enum ProcessStart {
    /// To 10 ms, the kernel's tick; where the kernel does not say, the first time that anyone asked.
    ///
    /// Source: proc(5), /proc/pid/stat: field 22, in ticks since boot. `ContinuousClock` counts from boot too.
    public static let instant: ContinuousClock.Instant = {
        let now = ContinuousClock.now
        guard let ticks = startTicks() else { return now }
        var boot = timespec()
        clock_gettime(CLOCK_BOOTTIME, &boot)
        let sinceBoot = Duration.seconds(boot.tv_sec) + .nanoseconds(boot.tv_nsec)
        let start = Duration.milliseconds(ticks * 1000 / sysconf(Int32(_SC_CLK_TCK)))
        return now - max(.zero, sinceBoot - start)
    }()

    private static func startTicks() -> Int? {
        guard let file = fopen("/proc/self/stat", "re") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = fread(&buffer, 1, buffer.count, file)
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        // The second field is the program's name in brackets, which may hold blanks and brackets itself.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        return fields.count > 20 ? Int(fields[20]) : nil
    }
}
