/// A program to run, with everything it is given. No shell reads any of it.
public struct Command: Sendable, Equatable {
    /// The program's file: a path with a `/` in it, because no search path is looked through.
    public var executable: String
    /// What follows the program's name.
    public var arguments: [String]
    /// All of the child's environment: nothing is inherited.
    public var environment: [String: String]
    /// Where the child starts; nil: where this process is.
    public var workingDirectory: String?

    /// Enough for a program that looks for others and prints text.
    public static let minimalEnvironment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"]

    public init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = minimalEnvironment,
        workingDirectory: String? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
    }

    /// What C would cut off at its first NUL, or read as something else.
    func refusal() -> ChildFault? {
        guard executable.utf8.contains(UInt8(ascii: "/")) else { return .notFound(path: executable) }
        let texts = [executable, workingDirectory ?? ""] + arguments + environment.map { "\($0.key)=\($0.value)" }
        if let text = texts.first(where: { $0.utf8.contains(0) }) { return .nulInArgument(text) }
        if let name = environment.keys.first(where: { $0.isEmpty || $0.utf8.contains(UInt8(ascii: "=")) }) {
            return .badVariable(name)
        }
        return nil
    }
}
