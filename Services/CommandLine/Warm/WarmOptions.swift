import Domain
import Settings
import Text

/// What `cutroom warm` was told by its words.
struct WarmOptions {
    /// What was wrong, in words for the person who typed it.
    struct Fault: Error, Equatable {
        let sentence: String
    }

    static let valued = [
        "--gateway", "--episode", "--folder", "--duration", "--formats", "--snap", "--key-file", "--rate",
        "--max-clips",
        "--max-bytes",
        "--give-up", "--clip-bytes", "--put", "--get", "--storage", "--lifetime-days",
    ]
    static let flags = ["--dry-run", "--strict", "--help"]

    enum Source: Equatable {
        /// `-` is standard input.
        case list(String)
        case episode(EpisodeID)
    }

    let source: Source
    /// Where the episode lies, if not in MongoDB.
    let folder: String?
    let gateway: Endpoint
    let keyFile: String?
    let defaults: ClipDraft.Defaults
    let queue: WarmQueue.Settings
    let rate: Rate?
    let estimate: WarmEstimate
    let isStrict: Bool

    init(_ words: CommandLineWords) throws(Fault) {
        switch (words["--episode"], words.rest.count) {
        case (nil, 1): source = .list(words.rest[0])
        case (let name?, 0): source = .episode(try Self.episode(name))
        default: throw Fault(sentence: "one FILE (- is standard input) or --episode ID is expected")
        }
        folder = words["--folder"]
        if folder != nil, words["--episode"] == nil { throw Fault(sentence: "--folder goes with --episode ID") }
        do throws(Endpoint.Malformed) {
            gateway = try Endpoint(parsing: words["--gateway"] ?? "http://127.0.0.1:8080")
        } catch { throw Fault(sentence: "--gateway \(error.reason); expected http(s)://host[:port][/path]") }
        keyFile = words["--key-file"]
        isStrict = words.has("--strict")
        defaults = try Self.defaults(words)
        rate = try words["--rate"].flatMap { text throws(Fault) -> Rate? in
            guard let rate = Rate(parsing: text) else {
                throw Fault(sentence: "--rate must be a number/s|min|h|d, such as 20/s")
            }
            return rate
        }
        queue = try Self.queue(words)
        estimate = try Self.estimate(words)
    }

    /// Whether others on the way to the gateway can read what is sent.
    var isKeyReadable: Bool {
        gateway.scheme == .http && !["localhost", "[::1]"].contains(gateway.host) && !gateway.host.hasPrefix("127.")
    }

    private static func episode(_ name: String) throws(Fault) -> EpisodeID {
        do throws(ClipFault) { return try EpisodeID(parsing: name) } catch {
            throw Fault(sentence: "--episode \(error.parameters.first?.problem ?? error.detail)")
        }
    }

    private static func defaults(_ words: CommandLineWords) throws(Fault) -> ClipDraft.Defaults {
        var defaults = ClipDraft.Defaults()
        if let text = words["--formats"] {
            do throws(ClipDraft.Fault) {
                defaults.formats = try ClipDraft.named(text)
            } catch { throw Fault(sentence: "--formats \(error.problem)") }
            if defaults.formats.isEmpty {
                throw Fault(sentence: "--formats must be names of formats, such as mp3,peaks")
            }
        }
        if let word = words["--snap"] {
            guard Snap.Kind(rawValue: word) != nil else {
                let known = Snap.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw Fault(sentence: "--snap must be one of \(known)")
            }
            defaults.more["snap"] = .string(word)
        }
        if let text = words["--duration"] {
            guard let time = SpokenTime.parse(text), time > .zero else {
                throw Fault(sentence: "--duration must be a time such as 30s, more than nothing")
            }
            defaults.durationMs = time.wholeMilliseconds
        }
        return defaults
    }

    private static func queue(_ words: CommandLineWords) throws(Fault) -> WarmQueue.Settings {
        var queue = WarmQueue.Settings()
        queue.looksOnly = words.has("--dry-run")
        if let text = words["--max-clips"] {
            guard let count = Int(text), count > 0 else { throw Fault(sentence: "--max-clips must be 1 or more") }
            queue.mostClips = count
        }
        if let text = words["--max-bytes"] {
            guard let bytes = ByteUnit.parse(text), bytes > 0 else {
                throw Fault(sentence: "--max-bytes must be a number of bytes such as 500000000, 64MiB or 10GiB")
            }
            queue.mostBytes = Int64(bytes)
        }
        if let text = words["--give-up"] {
            guard let time = SpokenTime.parse(text), time >= .seconds(1) else {
                throw Fault(sentence: "--give-up must be a time such as 30m, 1 second or more")
            }
            queue.giveUpAfter = time
        }
        return queue
    }

    private static func estimate(_ words: CommandLineWords) throws(Fault) -> WarmEstimate {
        var estimate = WarmEstimate()
        let inputs: [(String, WritableKeyPath<WarmEstimate, Double>)] = [
            ("--clip-bytes", \.clipBytes), ("--put", \.put), ("--get", \.get), ("--storage", \.storage),
            ("--lifetime-days", \.lifetimeDays),
        ]
        for (name, path) in inputs {
            guard let text = words[name] else { continue }
            guard let number = Double(text), number >= 0, number <= 1e12 else {
                throw Fault(sentence: "\(name) must be a number, 0 or more")
            }
            estimate[keyPath: path] = number
        }
        return estimate
    }
}
