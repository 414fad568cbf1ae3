import Glibc
import TestStack
import Threads

/// Running a command-line program to its end, on the calling thread: use it inside `Work.run`.
package enum Program {
    package struct Failure: Error, CustomStringConvertible {
        package let command: [String]
        package let status: Int32
        package let complaint: String
        package var description: String { "\(command.joined(separator: " ")) ended with \(status): \(complaint)" }
    }

    /// - Parameters:
    ///   - command: the program, looked for in `PATH`, and its arguments.
    ///   - output: a file for its standard output.
    ///   - input: a file for its standard input.
    ///   - asPipe: the standard input is a pipe that the file is copied into.
    /// - Returns: what it said on standard error.
    @discardableResult
    package static func run(
        _ command: [String], output: String = "/dev/null", input: String = "/dev/null", asPipe: Bool = false
    ) throws -> String {
        let copying = ["sh", "-c", #"input=$1; shift; cat "$input" | "$@""#, "sh", input]
        let command = asPipe ? copying + command : command
        let input = asPipe ? "/dev/null" : input
        let complaints = try TemporaryFile(suffix: ".txt")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, complaints.path, O_WRONLY | O_TRUNC, 0o644)
        let arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let started = posix_spawnp(&child, command[0], &actions, nil, arguments, environ)
        guard started == 0 else { throw Failure(command: command, status: started, complaint: "not started") }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let said = String(decoding: try Files.read(complaints.path), as: UTF8.self)
        guard status == 0 else { throw Failure(command: command, status: status, complaint: said) }
        return said
    }
}

/// The tests' long work, away from Swift's cooperative threads, which other tests want to go on.
package enum Work {
    private static let pool = BlockingPool(named: "mp3-tests", threads: 2, queueLimit: 10_000)

    package static func run(_ work: @escaping @Sendable () throws -> Void) async throws {
        try await pool.run { Result { try work() } }.get()
    }

    package static func value<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await pool.run { Result { try work() } }.get()
    }
}
