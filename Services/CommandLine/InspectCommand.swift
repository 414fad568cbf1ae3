import CutterService
import Domain
import EmbeddedService
import Glibc
import Lifecycle
import Logging
import Settings

enum InspectCommand: Command {
    static let name = "inspect"
    static let words = "FILE|URL"
    static let summary = "show how the audio of a file is laid out"
    static let help = """
        cutroom inspect FILE|URL

        Shows how the audio of a file is laid out, as the cutter sees it: of an MP3 the frames, the encoder's delay and padding,
        the parts, the tags, whatever is unusual, and whether clips are found by arithmetic or by an index. Of a URL it reads
        only the ranges that it needs; for an index that is the whole file.

          --json   one line of JSON also at a terminal; a pipe always gets it

        Exit status: 0 shown; 1 there is nothing to show: no such file, it can't be read, or it can't be played; 2 the words
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
                    await console.told(Console.json(told.fields), told.fields)
                } else {
                    await console.told(told.text, told.fields)
                }
            } catch let fault as ClipFault {
                await Console.complained("cutroom inspect: \(fault.detail)")
                throw CommandFailed(description: "nothing could be told of the file")
            }
        }
    }
}
