import Glibc
import Threads

/// A process that a test started: one of our services, or any other program.
///
/// It is dead, with all its process group, once this value is gone, and when the tests die in whatever way.
public final class ServiceProcess: Sendable {
    /// How a process ended.
    public enum Exit: Hashable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    public struct NotStarted: Error {
        public let program: String
        public let reason: String
    }

    public let pid: pid_t
    private let program: String
    private let output = CapturedOutput()
    private let error = CapturedOutput()
    private let ending: Ending

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: a path, or a name to be found on `PATH`. One that is not there ends with code 127.
    ///   - environment: all that the program sees, besides `PATH`, `HOME`, `TMPDIR`, `LD_LIBRARY_PATH` and the
    ///     sanitizers' options, which it gets from the tests.
    ///   - input: its standard input, closed after that.
    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: [UInt8] = []
    ) async throws {
        let started = try await Spawn.start(program, arguments, environment: Self.inherited.merging(environment) { $1 })
        pid = started.pid
        self.program = program
        let (output, error) = (output, error)
        // A test sees only a connection that is closed, or nothing at all where nobody asks.
        ending = Ending(of: started.pid) { signal in
            _ = error.waitForEnd(until: ContinuousClock.now + .seconds(1))
            let lines = error.lines.suffix(20).joined(separator: "\n")
            _ = writeAll(Array("\n\(program): error: ended by signal \(signal):\n\(lines)\n".utf8), to: STDERR_FILENO)
        }
        OwnThread.atStart(named: "stdout") { output.drain(started.output) }
        OwnThread.atStart(named: "stderr") { error.drain(started.error) }
        OwnThread.atStart(named: "stdin") {
            _ = writeAll(input, to: started.input)
            close(started.input)
        }
    }

    /// One of our executables, with the settings of the test stack beside `environment`.
    public static func service(
        _ name: String, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws -> ServiceProcess {
        try await ServiceProcess(
            TestStack.executable(name), arguments,
            environment: try TestStack.serviceEnvironment.merging(environment) { $1 })
    }

    deinit {
        ending.killGroup()
        ending.release()
    }

    /// What it has written to standard error so far, whole lines.
    public var lines: [String] { error.lines }

    /// What it has written to standard output so far.
    public var standardOutput: [UInt8] { output.bytes }

    /// The first line on standard error that contains `text`, waited for.
    ///
    /// - Parameter start: lines before this one are passed over: `lines.count` waits for a new one.
    /// - Throws: `TooLate`, with the last lines, when the time is up or the process ends without such a line.
    @discardableResult
    public func line(
        containing text: String, from start: Int = 0, within limit: Duration = .seconds(30)
    ) async throws -> String {
        let deadline = ContinuousClock.now + limit
        let error = error
        let found = try await onOwnThread {
            error.waitForLine(containing: text, from: start, until: deadline)
        }
        guard let found else {
            throw TooLate(what: "a line with '\(text)' from \(program)\(tail)", limit: limit)
        }
        return found
    }

    /// Returns when `GET http://127.0.0.1:port/readyz` answers 200.
    public func ready(port: Int, path: String = "/readyz", within limit: Duration = .seconds(30)) async throws {
        do {
            _ = try await eventually("\(program) ready on port \(port)", within: limit) { () -> Bool? in
                if let exit = self.ending.exit {
                    throw Tool.Failed(
                        program: self.program, exit: exit, standardOutput: self.standardOutput,
                        standardError: self.lines)
                }
                let reply = try? await HTTPFetch.get("http://127.0.0.1:\(port)\(path)", within: .seconds(5))
                return reply?.status == 200 ? true : nil
            }
        } catch let late as TooLate {
            throw TooLate(what: late.what + tail, limit: limit)
        }
    }

    /// Sends a signal to the process (not to its group); nothing if it has ended.
    public func kill(_ signal: Int32) { ending.send(signal) }

    /// Whether it has not ended yet.
    public var isRunning: Bool { ending.exit == nil }

    /// How the process ended, after all that it wrote has been read; waited for.
    ///
    /// - Throws: `TooLate` when the time is up before; the process and its group are killed then.
    @discardableResult
    public func exit(within limit: Duration = .seconds(30)) async throws -> Exit {
        let deadline = ContinuousClock.now + limit
        let (ending, output, error) = (ending, output, error)
        let exit = try await onOwnThread { () -> Exit? in
            guard let exit = ending.wait(until: deadline) else { return nil }
            // A grandchild may hold the streams open for ever: the exit is true even so.
            _ = output.waitForEnd(until: deadline)
            _ = error.waitForEnd(until: deadline)
            return exit
        }
        guard let exit else {
            ending.killGroup()
            throw TooLate(what: "the end of \(program)\(tail)", limit: limit)
        }
        return exit
    }

    /// SIGTERM, and then its end.
    @discardableResult
    public func stop(within limit: Duration = .seconds(30)) async throws -> Exit {
        kill(SIGTERM)
        return try await exit(within: limit)
    }

    private var tail: String {
        "; its last lines:\n" + lines.suffix(20).joined(separator: "\n")
    }

    private static let inherited: [String: String] = {
        let names = [
            "PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS",
        ]
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in getenv(name).map { (name, String(cString: $0)) } })
    }()
}
