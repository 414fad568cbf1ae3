import CutterService
import Glibc
import Lifecycle

/// The command line of `cutroom`.
public enum Cutroom {
    private struct Command: Sendable {
        let name: String
        let words: String
        let summary: String
        let run: @Sendable ([String]) -> Never
    }

    private static let commands: [Command] = [
        Command(
            name: "serve", words: "FOLDER",
            summary: "answer requests for clips of the audio files in a folder, on one port", run: ServeCommand.run),
        Command(name: "clip", words: "FILE", summary: "cut one clip out of a file", run: ClipCommand.run),
        Command(
            name: "inspect", words: "FILE|URL", summary: "tell how the audio of a file lies", run: InspectCommand.run),
        Command(
            name: "dead-letters", words: "list|show|replay", summary: "records that could not be worked on",
            run: DeadLettersCommand.run),
        Command(name: "purge", words: "EPISODE", summary: "take an episode's clips down", run: PurgeCommand.run),
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
            let known = commands.map(\.name).joined(separator: ", ")
            Console.complain("cutroom: unknown command '\(other)'; expected one of \(known)")
            exit(2)
        }
    }
}
