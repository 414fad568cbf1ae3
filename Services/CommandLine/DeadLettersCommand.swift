import Glibc
import Kafka
import Lifecycle
import Logging
import OperationsService
import Settings
import Text
import Threads

enum DeadLettersCommand: Command {
    static let name = "dead-letters"
    static let words = "list|show|replay"
    static let summary = "records that could not be worked on"
    static let help = """
        cutroom dead-letters list [--reason R] [--topic T] [--since TIME] [--limit N]
        cutroom dead-letters show PARTITION/OFFSET
        cutroom dead-letters replay PARTITION/OFFSET… | --reason R [--topic T] [--since TIME] [--limit N]

        Records that could not be worked on lie in the topic clip.dead-letter, with the reason and where they came from.
        list shows them in the order in which the brokers took them, with that time; show shows all of one; replay puts the
        original record back into its topic, with its own headers and cutroom_replays, a count.

          --reason R     only those put aside for this reason, such as malformed-json
          --topic T      only those that came from this topic, such as clip.requested
          --since TIME   only the later ones: 2026-01-31T12:00:00Z, or an age such as 90m or 24h
          --limit N      the newest N; default 100
          --yes          replay without asking
          --again        replay also what was put back before
          --wait TIME    for the broker and the reading; default 30s

        Brokers, topics and credentials come from the services' KAFKA_… settings. At a terminal the answer is text, on a
        pipe a line of JSON for each dead letter. Exit status: 0 done; 1 the broker was not reached, nothing was found, or one
        could not be put back; 2 the words were not understood, or nobody could be asked; 78 bad settings.
        """

    static func run(_ words: [String]) -> Never {
        if words.contains("--help") || words.contains("-h") {
            print(help)
            exit(0)
        }
        let parsed = parse(
            words.dropFirst(), valued: ["--reason", "--topic", "--since", "--limit", "--wait"],
            flags: ["--yes", "--again"], short: ["-y": "--yes"])
        let filter = filter(parsed)
        guard let wait = SpokenTime.parse(parsed["--wait"] ?? "30s"), wait > .zero else {
            refuse("--wait must be a time such as 30s")
        }
        switch words.first {
        case "list":
            guard parsed.rest.isEmpty else { refuse("list takes options only") }
        case "show":
            guard parsed.rest.count == 1 else { refuse("one PARTITION/OFFSET is expected") }
        case "replay":
            guard !filter.positions.isEmpty || filter.reason != nil else {
                refuse("replay needs PARTITION/OFFSET or --reason")
            }
        default: refuse("expected list, show or replay")
        }
        let settings: DeadLetterSettings = settings()
        let log = Log(service: "cutroom", version: BuildInfo.version, level: .warning)
        let action = words[0]
        Lifecycle.run(log: log, limit: .seconds(5)) { stopping in
            try await interruptible(by: stopping) {
                let letters: [StoredDeadLetter]
                do throws(KafkaFault) {
                    letters = try await DeadLetterReader(settings.broker, log: log).read(filter, within: wait)
                } catch {
                    await Console.complained("cutroom dead-letters: the topic was not read: \(error)")
                    throw CommandFailed(description: "the dead letters were not read")
                }
                let commands = DeadLetterCommands(parsed: parsed)
                switch action {
                case "list": try await onThread(named: "tell") { commands.list(letters) }
                case "show": try await onThread(named: "tell") { try commands.show(letters) }
                default: try await commands.replay(letters, asked: filter.positions, settings.broker, log: log)
                }
            }
        }
    }

    private static func filter(_ parsed: CommandLineWords) -> LetterFilter {
        var filter = LetterFilter(reason: parsed["--reason"], topic: parsed["--topic"])
        if let text = parsed["--limit"] {
            guard let limit = Int(text), (1...100_000).contains(limit) else { refuse("--limit must be 1 to 100000") }
            filter.limit = limit
        }
        if let text = parsed["--since"] {
            guard let since = moment(text) else { refuse("--since must be like 2026-01-31T12:00:00Z, 90m or 24h") }
            filter.sinceMs = since
        }
        for position in parsed.rest {
            let parts = position.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let partition = Int32(parts[0]), let offset = Int64(parts[1]), partition >= 0,
                offset >= 0
            else { refuse("'\(position)' is no PARTITION/OFFSET such as 3/1042") }
            filter.positions.insert("\(partition)/\(offset)")
        }
        filter.limit = max(filter.limit, filter.positions.count)
        return filter
    }

    /// In milliseconds since 1970.
    private static func moment(_ text: String) -> Int64? {
        if let age = SpokenTime.parse(text) {
            return Int64(WallTime.now().milliseconds) - age.components.seconds * 1000
        }
        return WallTime(rfc3339: text).map { Int64($0.milliseconds) }
    }
}
