import CutterService
import Domain
import EmbeddedService
import Glibc
import Lifecycle
import Logging
import Threads

enum ClipCommand: Command {
    static let name = "clip"
    static let words = "FILE"
    static let summary = "cut one clip out of a file"
    static let help = """
        cutroom clip FILE --start TIME [options] -o OUT

        Cuts one clip out of an audio file.

          --start TIME      12:30.5, 1:02:03, 750, 90s, 2m, 1h2m3s: from the file's first sample
          --duration TIME   default 30s
          --format NAME     \(ClipFormat.ofSound.map(\.rawValue).joined(separator: ", ")); default: what OUT ends in, else mp3
          --title TEXT      for the clip's tag; default: FILE's name
          -o, --output OUT  the file to write; - is standard output

        Endings of OUT: \(OutputFormat.endings).
        """

    static func run(_ words: [String]) -> Never {
        let parsed = parse(
            words, valued: ["--start", "--duration", "--format", "--title", "--output"], flags: ["--help"],
            short: ["-h": "--help", "-o": "--output", "-s": "--start", "-d": "--duration"])
        if parsed.has("--help") {
            print(help)
            exit(0)
        }
        guard parsed.rest.count == 1, let file = parsed.rest.first else { refuse("one FILE is expected") }
        guard let output = parsed["--output"] else { refuse("-o is missing: the file to write") }
        guard let spoken = parsed["--start"] else { refuse("--start is missing: a time such as 12:30.5 or 90s") }
        guard let start = SpokenTime.parse(spoken) else {
            refuse("--start must be a time such as 12:30.5, 90s or 1h2m3s; it is '\(spoken)'")
        }
        let length = parsed["--duration"] ?? "30s"
        guard let duration = SpokenTime.parse(length), duration > .zero else {
            refuse("--duration must be a time such as 30s, and more than nothing; it is '\(length)'")
        }
        let out: OutputFile
        do throws(ClipFault) { out = try OutputFile(output, source: file) } catch { refuse(error.detail) }
        let format: ClipFormat
        do throws(OutputFormat.Refusal) {
            format = try OutputFormat.chosen(for: output, named: parsed["--format"])
        } catch {
            refuse(error.sentence)
        }
        let window: ClipWindow
        do throws(ClipFault) {
            window = try ClipWindow(
                startMs: start.wholeMilliseconds, durationMs: duration.wholeMilliseconds, longest: .seconds(86_400))
        } catch {
            refuse(error.detail)
        }
        let own = (settings() as EmbeddedSettings).cutter
        let title = parsed["--title"] ?? name(of: file)
        let log = Log(service: "cutroom", version: BuildInfo.version, level: .warning)
        Lifecycle.run(log: log, limit: .seconds(2)) { stopping in
            let cutter = FileCutter(own, log: log)
            do {
                let clip = try await interruptible(by: stopping) {
                    try await cutter.clip(file, window: window, format: format, title: title, within: .seconds(600))
                }
                try await write(clip.bytes, to: out)
                if output != "-" { await tell(clip, format, file: file, output: output) }
            } catch let fault as ClipFault {
                await Console.complained("cutroom clip: \(fault.detail)")
                throw CommandFailed(description: "no clip was made")
            }
        }
    }

    private static func write(_ bytes: [UInt8], to output: OutputFile) async throws {
        try await onThread(named: "write") { try output.write(bytes) }
    }

    private static func tell(_ clip: FileCutter.Clip, _ format: ClipFormat, file: String, output: String) async {
        await Console().told(
            "\(SafeName.of(output)): \(clip.duration) of \(SafeName.of(file)) from \(clip.start) on, \(clip.bytes.count) bytes, exact to: \(clip.exact.rawValue)",
            [
                ("file", .text(output)), ("source", .text(file)), ("format", .text(format.rawValue)),
                ("start_time_ms", .number(clip.start.wholeMilliseconds)),
                ("duration_ms", .number(clip.duration.wholeMilliseconds)),
                ("bytes", .number(Int64(clip.bytes.count))), ("exact", .text(clip.exact.rawValue)),
            ])
    }

    private static func name(of path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
    }
}
