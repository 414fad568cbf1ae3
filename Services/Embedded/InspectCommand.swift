import CutterService
import Domain
import Glibc
import Lifecycle
import Logging
import Settings

enum InspectCommand: Command {
    static let name = "inspect"
    static let words = "FILE|URL"
    static let summary = "tell how the audio of a file lies"
    static let help = """
        cutroom inspect FILE|URL

        Tells how the audio of a file lies, as the cutter sees it: of an MP3 the frames, the encoder's delay and padding, the
        parts, the tags, whatever is unusual, and whether clips are found by arithmetic or by an index. Of a URL only the
        ranges are read that are needed, which for an index is all of it.

          --json   one line of JSON also at a terminal; a pipe always gets it

        Exit status: 0 told; 1 there is nothing to tell: no such file, it can't be read, or it can't be played; 2 the words
        were not understood.
        """

    static func run(_ words: [String]) -> Never {
        let parsed = parse(
            words, valued: [], flags: ["--help", "--json"], short: ["-h": "--help"])
        if parsed.has("--help") {
            print(help)
            exit(0)
        }
        guard parsed.rest.count == 1, let place = parsed.rest.first else { refuse("one FILE or URL is expected") }
        let own = (settings() as EmbeddedSettings).cutter
        let log = Log(service: "cutroom", version: BuildInfo.version, level: .warning)
        Lifecycle.run(log: log, limit: .seconds(2)) { stopping in
            let inspector = SourceInspector(own, log: log)
            do {
                let report = try await interruptible(by: stopping) { try await inspector.inspect(place) }
                let told = InspectionText(report, of: place)
                let console = Console()
                if parsed.has("--json") {
                    console.tell(Console.json(told.fields), told.fields)
                } else {
                    console.tell(told.text, told.fields)
                }
            } catch let fault as ClipFault {
                Console.complain("cutroom inspect: \(fault.detail)")
                throw CommandFailed(description: "nothing could be told of the file")
            }
        }
    }
}
