import CutterService
import Glibc
import Lifecycle

/// The command line of `cutroom`.
public enum Cutroom {
    private static let commands: [any Command.Type] = [
        ServeCommand.self, ClipCommand.self, InspectCommand.self, DeadLettersCommand.self, PurgeCommand.self,
        WarmCommand.self, KeysCommand.self, SignCommand.self,
    ]

    static var help: String {
        let starts = commands.map { "  cutroom \($0.name) \($0.words)" }
        let width = starts.map(\.count).max() ?? 0
        let lines = zip(commands, starts).map { command, start in
            start + String(repeating: " ", count: width + 3 - start.count) + command.summary
        }
        return """
            cutroom: audio clips out of podcast episodes, exact and on demand

            \(lines.joined(separator: "\n"))
              cutroom COMMAND --help
              cutroom --version
            """
    }

    /// Runs one command and ends the process: 0 done, 1 failed, 2 the words were not understood, 78 bad settings.
    public static func main(_ words: [String]) -> Never {
        if let command = commands.first(where: { $0.name == words.first }) {
            command.run(Array(words.dropFirst()))
        }
        switch words.first {
        case "--version":
            print((["cutroom", BuildInfo.description] + Cutter.versionNotes).joined(separator: ", "))
            exit(0)
        case "--help", "-h", "help":
            print(help)
            exit(0)
        case nil:
            Console.complain(help)
            exit(2)
        case let other?:
            let known = commands.map { $0.name }.joined(separator: ", ")
            Console.complain("cutroom: unknown command '\(other)'; expected one of \(known)")
            exit(2)
        }
    }
}
