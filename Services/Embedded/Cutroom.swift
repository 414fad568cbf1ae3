import CutterService
import Glibc
import Lifecycle

/// The command line of `cutroom`.
public enum Cutroom {
    static let help = """
        cutroom: audio clips out of podcast episodes, exact and on demand

          cutroom serve FOLDER   answer requests for clips of the audio files in a folder, on one port
          cutroom clip FILE      cut one clip out of a file
          cutroom COMMAND --help
          cutroom --version
        """

    /// Runs one command and ends the process: 0 done, 1 failed, 2 the words were not understood, 78 bad settings.
    public static func main(_ words: [String]) -> Never {
        switch words.first {
        case "serve": ServeCommand.run(Array(words.dropFirst()))
        case "clip": ClipCommand.run(Array(words.dropFirst()))
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
            Console.complain("cutroom: unknown command '\(other)'; expected serve or clip")
            exit(2)
        }
    }
}
