import CPosix
import Glibc
import Threads

/// Starts processes from one thread that lives as long as the tests, because a child's death signal follows the thread
/// that made it.
enum Spawn {
    struct Started: Sendable {
        let pid: pid_t
        let input: Int32
        let output: Int32
        let error: Int32
    }

    private static let thread = BlockingPool(named: "spawn", threads: 1, queueLimit: 10_000)

    static func start(
        _ program: String, _ arguments: [String], environment: [String: String]
    ) async throws -> Started {
        try await thread.run { Result { try startHere(program, arguments, environment) } }.get()
    }

    private static func startHere(
        _ program: String, _ arguments: [String], _ environment: [String: String]
    ) throws(ServiceProcess.NotStarted) -> Started {
        // With setpriv the kernel kills the child when the tests die, however they die.
        let words = ["setpriv", "--pdeathsig", "KILL", "--", program] + arguments
        var pipes: [(read: Int32, write: Int32)] = []
        for _ in 0..<3 {
            var ends: [Int32] = [-1, -1]
            guard cposix_pipe(&ends) == 0 else {
                for pipe in pipes { closeBoth(pipe) }
                throw ServiceProcess.NotStarted(program: program, reason: String(cString: strerror(errno)))
            }
            pipes.append((ends[0], ends[1]))
        }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipes[0].read, 0)
        posix_spawn_file_actions_adddup2(&actions, pipes[1].write, 1)
        posix_spawn_file_actions_adddup2(&actions, pipes[2].write, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that it can be killed with all that it started; and no signals blocked or ignored.
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for string in argv + envp { free(string) } }
        var pid: pid_t = 0
        let status = posix_spawnp(&pid, "setpriv", &actions, &attributes, argv, envp)
        close(pipes[0].read)
        close(pipes[1].write)
        close(pipes[2].write)
        guard status == 0 else {
            close(pipes[0].write)
            close(pipes[1].read)
            close(pipes[2].read)
            throw ServiceProcess.NotStarted(program: program, reason: String(cString: strerror(status)))
        }
        return Started(pid: pid, input: pipes[0].write, output: pipes[1].read, error: pipes[2].read)
    }

    private static func closeBoth(_ pipe: (read: Int32, write: Int32)) {
        close(pipe.read)
        close(pipe.write)
    }
}
