import CPosix
import Glibc

/// A worker process, and what it has not yet answered.
final class FuzzChild {
    let output: Int32
    let isDecoding: Bool
    var left: [Int]
    private(set) var isOver = false
    private var pid: pid_t = 0
    private var pending: [UInt8] = []

    init(_ arguments: [String], isDecoding: Bool, numbers: [Int]) {
        self.isDecoding = isDecoding
        left = numbers
        var ends: [Int32] = [-1, -1]
        cposix_pipe(&ends)
        output = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        // The kernel ends the workers when their parent dies, however it does.
        let words: [String] = ["setpriv", "--pdeathsig", "KILL", "--"]
        var own = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &own, own.count - 1)
        let path = String(decoding: own[..<max(0, count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let argv: [UnsafeMutablePointer<CChar>?] = (words + [path] + arguments).map { strdup($0) } + [nil]
        defer { for word in argv { free(word) } }
        // A crash need not explain itself: its number is enough to see it again.
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        let status = posix_spawnp(&pid, "setpriv", &actions, nil, argv, cposix_environment())
        close(ends[1])
        if status != 0 { pid = 0 }
    }

    /// - Returns: whole lines; and, once it is over, how it ended.
    func read() -> (lines: [Substring], ended: String?) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let got = Glibc.read(output, &buffer, buffer.count)
        if got > 0 {
            pending += buffer[..<got]
            guard let last = pending.lastIndex(of: UInt8(ascii: "\n")) else { return ([], nil) }
            let text = String(decoding: pending[...last], as: UTF8.self)
            pending.removeSubrange(...last)
            return (text.split(separator: "\n"), nil)
        }
        guard got == 0 || errno != EINTR else { return ([], nil) }
        close(output)
        isOver = true
        guard pid > 0 else { return ([], "not started") }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        if signal == SIGPROF || signal == SIGALRM { return ([], "hangs") }
        return ([], signal == 0 ? "exit status \(status >> 8)" : "crashes with signal \(signal)")
    }
}
