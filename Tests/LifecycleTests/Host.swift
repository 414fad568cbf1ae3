import Glibc
import Synchronization
import Threads

/// The program `lifecycle-host` in a process of its own, with its standard output and error in one pipe.
final class Host: Sendable {
    /// One at a time: another child that is started between `pipe` and `fcntl` would hold this one's pipe open.
    private static let spawning = Mutex(())

    private let pid: pid_t
    private let output: Int32

    /// - Parameter environment: all that it gets.
    init(_ arguments: [String] = [], environment: [String: String] = [:]) {
        (pid, output) = Self.spawning.withLock { _ in Self.spawn(arguments, environment) }
    }

    deinit { close(output) }

    func send(_ signal: Int32) { if pid > 0 { kill(pid, signal) } }

    /// What it says up to and with `text`, or to its end.
    func output(upTo text: String) async -> String {
        await onOwnThread { [output] in
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while read(output, &byte, 1) == 1 {
                bytes.append(byte)
                if byte == UInt8(ascii: "\n"), String(decoding: bytes, as: UTF8.self).contains(text) { break }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Its exit code, or minus the signal that ended it.
    func ended() async -> Int32 {
        await onOwnThread { [pid] in
            var status: Int32 = 0
            guard pid > 0 else { return .min }
            while waitpid(pid, &status, 0) < 0 { if errno != EINTR { return .min } }
            return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
        }
    }

    private static func spawn(_ arguments: [String], _ environment: [String: String]) -> (pid_t, Int32) {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        // As a shell would start it: threads of libdispatch, from which this is called, block every signal.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        var pid = pid_t()
        let status = posix_spawn(&pid, path, &actions, &attributes, &words, &variables)
        for word in words + variables { free(word) }
        posix_spawnattr_destroy(&attributes)
        posix_spawn_file_actions_destroy(&actions)
        close(ends[1])
        return (status == 0 ? pid : -1, ends[0])
    }

    /// Beside the bundle of tests in SwiftPM's build folder.
    static var path: String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let runner = String(decoding: buffer[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return runner.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/lifecycle-host"
    }
}

private func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        OwnThread.atStart(named: "host") { continuation.resume(returning: body()) }
    }
}
