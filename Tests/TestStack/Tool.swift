/// A program that is run to its end, for what it says.
public enum Tool {
    /// The program did not end with 0.
    public struct Failed: Error, CustomStringConvertible {
        public let program: String
        public let exit: ServiceProcess.Exit
        public let standardOutput: [UInt8]
        public let standardError: [String]

        public var description: String {
            "\(program) ended with \(exit): \(standardError.suffix(20).joined(separator: "\n"))"
        }
    }

    /// Runs a program and gives its standard output.
    ///
    /// - Parameters:
    ///   - program: a path, or a name to be found on `PATH`.
    ///   - environment: added to the few variables that every program gets, see `ServiceProcess`.
    ///   - input: its standard input, closed after that.
    ///   - limit: killed after this.
    /// - Throws: `Failed` unless it ends with 0.
    @discardableResult
    public static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: [UInt8] = [],
        within limit: Duration = .seconds(60)
    ) async throws -> [UInt8] {
        let process = try await ServiceProcess(program, arguments, environment: environment, input: input)
        let exit = try await process.exit(within: limit)
        guard exit == .code(0) else {
            throw Failed(
                program: program, exit: exit, standardOutput: process.standardOutput, standardError: process.lines)
        }
        return process.standardOutput
    }

    /// What curl gets, as a player does that follows redirects.
    ///
    /// - Throws: `Failed` unless something was answered.
    public static func curl(_ arguments: [String]) async throws -> [UInt8] {
        try await run("curl", ["--silent", "--show-error", "--location", "--max-time", "100"] + arguments)
    }
}
