import Flow
import FoundationEssentials
import Glibc
import Kafka
import Logging
import OperationsService
import Text
import Threads
import Wiring

/// Tells dead letters to a person or a program, and puts them back after asking.
struct DeadLetterCommands: Sendable {
    let parsed: CommandLineWords
    private let console = Console()

    init(parsed: CommandLineWords) { self.parsed = parsed }

    func list(_ letters: [StoredDeadLetter]) {
        for letter in letters {
            let story = letter.story
            let state = letter.isReplayed ? " (put back)" : ""
            console.tell(
                "\(letter.position)  \(letter.writtenAt)  \(SafeText.line(story.reason, limit: 24))"
                    + "  from \(SafeText.line(story.topic, limit: 80)) \(story.partition)/\(story.offset)"
                    + "  by \(SafeText.line(story.service, limit: 24))\(state)  \(SafeText.line(story.detail, limit: 120))",
                fields(letter))
        }
        if letters.isEmpty { Console.complain("There are no such dead letters.") }
    }

    func show(_ letters: [StoredDeadLetter]) throws {
        guard let letter = letters.first else {
            Console.complain("cutroom dead-letters: no dead letter lies there")
            throw CommandFailed(description: "there is no such dead letter")
        }
        let record = letter.record
        let key = record.key ?? []
        let value = record.value ?? []
        var text = ["dead letter \(letter.position)\(letter.isReplayed ? ", put back" : "")"]
        text += record.headers.map { header in
            "  \(SafeText.line(header.name, limit: 200)): \(SafeText.line(String(decoding: header.value, as: UTF8.self)))"
        }
        text.append("key, \(record.key == nil ? "none" : "\(key.count) bytes"):")
        text.append(SafeText.value(key, limit: 1_024))
        text.append("value, \(record.value == nil ? "none" : "\(value.count) bytes"):")
        text.append(SafeText.value(value))
        var all = fields(letter)
        all.append(
            (
                "headers",
                .list(
                    record.headers.map { header in
                        .object([("name", .text(header.name)), ("value", bytes(header.value))])
                    })
            ))
        all.append(("key", record.key.map(bytes) ?? .null))
        all.append(("value", record.value.map(bytes) ?? .null))
        console.tell(text.joined(separator: "\n"), all)
    }

    func replay(
        _ letters: [StoredDeadLetter], asked: Set<String>, _ broker: BrokerSettings, log: Log
    ) async throws {
        let again = parsed.has("--again")
        let replay = try DeadLetterReplay(broker, log: log)
        var failed = Set(asked.subtracting(letters.map(\.position)))
        for position in failed.sorted() { await Console.complained("\(position): no dead letter lies there") }
        if letters.isEmpty, asked.isEmpty { await Console.complained("There are no such dead letters.") }
        var able: [StoredDeadLetter] = []
        for letter in letters {
            switch replay.refusal(of: letter, again: again) {
            case nil: able.append(letter)
            // Of many found by their reason, those put back before are simply done.
            case .alreadyReplayed where asked.isEmpty: break
            case let refusal?:
                failed.insert(letter.position)
                await Console.complained("\(letter.position) \(refusal.sentence)")
            }
        }
        if !able.isEmpty {
            let isAgreed: Bool
            if parsed.has("--yes") {
                isAgreed = true
            } else {
                isAgreed = try await Console.hasAgreed(to: Self.question(about: able.count))
            }
            guard isAgreed else {
                await Console.complained("Nothing was put back.")
                await replay.close()
                throw CommandFailed(description: "nothing was put back")
            }
        }
        for letter in able {
            do throws(DeadLetterReplay.Refusal) {
                try await replay.replay(letter, again: again)
                await console.told(
                    "\(letter.position) was put back into \(SafeText.line(letter.story.topic))", fields(letter))
            } catch {
                failed.insert(letter.position)
                await Console.complained("\(letter.position) \(error.sentence)")
            }
        }
        await replay.close()
        guard failed.isEmpty, !letters.isEmpty else {
            throw CommandFailed(description: "not every letter was put back")
        }
    }

    static func question(about count: Int) -> String {
        count == 1 ? "Put 1 record back?" : "Put \(count) records back?"
    }

    private func fields(_ letter: StoredDeadLetter) -> [(String, JSONField)] {
        let story = letter.story
        return [
            ("position", .text(letter.position)), ("written_at", .text(letter.writtenAt)), ("time", .text(story.time)),
            ("reason", .text(story.reason)),
            ("detail", .text(story.detail)), ("topic", .text(story.topic)),
            ("partition", .number(Int64(story.partition))), ("offset", .number(story.offset)),
            ("service", .text(story.service)), ("version", .text(story.version)),
            ("attempts", .number(Int64(story.attempts))), ("replays", .number(Int64(story.replays))),
            ("replayed", .text(letter.isReplayed ? "yes" : "no")),
            ("left_out", .list(story.leftOut.map { .text($0) })),
        ]
    }

    /// Text where the bytes are UTF-8, else `{"base64": …}`.
    private func bytes(_ bytes: [UInt8]) -> JSONField {
        if let text = String(validating: bytes, as: UTF8.self) { return .text(text) }
        return .object([("base64", .text(Data(bytes).base64EncodedString()))])
    }
}

/// The same from a task, whose thread must not wait for a terminal or a pipe.
extension Console {
    func told(_ text: String, _ fields: [(String, JSONField)]) async {
        // Refused only to a pool that is full or closed, and each call has its own.
        try? await onThread(named: "tell") { tell(text, fields) }
    }

    static func complained(_ text: String) async {
        try? await onThread(named: "tell") { complain(text) }
    }

    static func hasAgreed(to question: String) async throws -> Bool {
        try await onThread(named: "ask") { agrees(to: question) }
    }
}

extension Console {
    /// Asks the person at the terminal. Where there is none it says what is missing, and ends with 2.
    static func agrees(to question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            complain("\(question) Nobody can be asked here: add --yes")
            exit(2)
        }
        _ = OutputFile.writeAll(Array("\(question) [y/N] ".utf8), to: STDERR_FILENO, named: "standard error")
        return ["y", "yes"].contains((readLine() ?? "").lowercased())
    }
}
