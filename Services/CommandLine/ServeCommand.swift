import EmbeddedService
import Episodes
import Glibc
import Lifecycle
import Logging
import Settings

enum ServeCommand: Command {
    static let name = "serve"
    static let words = "FOLDER"
    static let summary = "answer requests for clips of the audio files in a folder, on one port"
    static let help = """
        cutroom serve FOLDER [options]

        Answers requests for clips of the audio files in FOLDER, over HTTP on one port. Feeds are the folders in it. Nothing
        needs to be installed or running besides ffmpeg. Ctrl-C drains and ends it.

          --port N          default 8080; 0 takes any free port; wins over GATEWAY_PORT
          --address IP      default 127.0.0.1: only this machine; 0.0.0.0 is every address; wins over GATEWAY_ADDRESS
          --public-url URL  how clients reach this machine, if not by that address: clip URLs begin with it
          --data DIR        where clips and the URL secret are kept; default $XDG_DATA_HOME/cutroom or
                            ~/.local/share/cutroom

        Everything else (bounds, time limits, how long clips are kept, ffmpeg) is set by variables of the environment;
        cutroom serve --help settings lists them with their defaults.
        """

    static func run(_ words: [String]) -> Never {
        let parsed = parse(
            words, valued: ["--port", "--address", "--data", "--public-url"], flags: ["--help"],
            short: ["-h": "--help", "-p": "--port"])
        if parsed.has("--help") {
            switch parsed.rest {
            case ["settings"]: print("Settings of cutroom serve, from the environment:\n\n" + EmbeddedSettings.help())
            default: print(help)
            }
            exit(0)
        }
        guard parsed.rest.count == 1, let folder = parsed.rest.first else { refuse("one FOLDER is expected") }
        let environment = Environment.current()
        let (settings, process) = read(environment)
        guard let port = parsed["--port"].map({ UInt16($0) }) ?? settings.gateway.port else {
            refuse("--port must be 0 to 65535")
        }
        let data = parsed["--data"] ?? defaultData(environment)
        let log = Log(
            service: "cutroom", version: BuildInfo.version, level: process.logLevel, format: process.logFormat)
        let serve = ServeFolder(
            settings: settings, folder: folder, data: data,
            address: parsed["--address"] ?? settings.gateway.address, port: port,
            publicURL: parsed["--public-url"], log: log)
        Lifecycle.run(log: log, limit: process.shutdownLimit, leavesCore: process.leavesCore) { stopping in
            try await serve.run(stopping: stopping) { url, listing in
                await tell(url: url, data: data, listing)
            }
        }
    }

    private static func read(_ environment: [String: String]) -> (EmbeddedSettings, ProcessSettings) {
        reading { () throws(SettingsFault) in
            var warnings: [String] = []
            let settings = try EmbeddedSettings(environment: environment, warn: { warnings.append($0) })
            for warning in warnings { Console.complain("cutroom: \(warning)") }
            var read = SettingsReader(environment: environment)
            let process = ProcessSettings(from: &read)
            try read.finish()
            return (settings, process)
        }
    }

    private static func defaultData(_ environment: [String: String]) -> String {
        if let home = environment["XDG_DATA_HOME"], home.hasPrefix("/") { return home + "/cutroom" }
        return (environment["HOME"] ?? ".") + "/.local/share/cutroom"
    }

    private static func tell(url: String, data: String, _ listing: EpisodeFolder.Listing) async {
        let shown = listing.episodes.prefix(10)
        var text =
            "\nServing \(listing.episodes.count) episodes\(listing.isCutOff ? " (more were left out)" : "") on \(url)\n\n"
        for episode in shown { text += "  \(episode.id)  \(episode.relativePath)\n" }
        if listing.episodes.count > shown.count { text += "  … and \(listing.episodes.count - shown.count) more\n" }
        for left in listing.leftOut.reasons {
            let others = left.count > 1 ? " and \(left.count - 1) more: each" : ""
            text += "  left out: \(cleaned(left.example))\(others) \(left.text)\n"
        }
        if let first = shown.first {
            text += """

                Ask for 30 seconds of the first one, from second 10 on:

                  curl '\(url)/api/v1/audio_clips/\(first.id)?start_time_ms=10000&duration_ms=30000'

                """
        }
        text += "\nClips are kept in \(data)/clips. Ctrl-C ends it."
        await Console().told(
            text,
            [
                ("event", .text("serving")), ("url", .text(url)), ("data", .text(data)),
                ("episodes", .number(Int64(listing.episodes.count))),
                (
                    "first",
                    .list(
                        shown.map {
                            .object([("episode_id", .text($0.id.description)), ("path", .text($0.relativePath))])
                        })
                ),
                (
                    "left_out",
                    .list(
                        listing.leftOut.reasons.map {
                            .object([
                                ("reason", .text($0.text)), ("files", .number(Int64($0.count))),
                                ("example", .text($0.example)),
                            ])
                        })
                ),
            ])
    }

    /// A file's name with nothing in it that a terminal obeys.
    private static func cleaned(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { [.control, .format].contains($0.properties.generalCategory) ? "�" : $0 }))
    }
}
