/// What came out of the trials.
struct FuzzBooks {
    struct Finding {
        let number: Int
        let what: String
    }

    private(set) var trials = 0
    /// By name.
    private var outcomes: [String: Int] = [:]
    private var kinds: Set<Substring> = []
    var decodings: [String: Int] = [:]
    var findings: [Finding] = []

    /// - Parameter outcome: a name, a space, and oddities with commas between.
    /// - Returns: whether this name was never seen together with these oddities.
    mutating func add(_ outcome: Substring) -> Bool {
        trials += 1
        outcomes[String(outcome.prefix { $0 != " " }), default: 0] += 1
        return kinds.insert(outcome).inserted
    }

    private var sorted: [(key: String, value: Int)] { outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) } }

    func text(_ seconds: Double) -> String {
        let lines = sorted.map { "    \($0.key) \($0.value)" }
        let decoded = decodings.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return
            (["\(trials) trials in \(Int(seconds)) s, \(kinds.count) kinds, \(findings.count) findings"] + lines
            + ["    by ffmpeg: \(decoded.isEmpty ? "none" : decoded)"]).joined(separator: "\n")
    }

    func json(_ options: Options, _ seconds: Double) -> String {
        func object(_ counts: [(key: String, value: Int)]) -> String {
            "{" + counts.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        }
        let found = findings.map { "{\"number\":\($0.number),\"what\":\"\(Self.escaped($0.what))\"}" }
        let fields = [
            "\"seed\":\(options.seed)", "\"first\":\(options.first)", "\"trials\":\(trials)",
            "\"seconds\":\(Int(seconds.rounded()))", "\"kinds\":\(kinds.count)", "\"outcomes\":\(object(sorted))",
            "\"decoded\":\(object(decodings.sorted { $0.key < $1.key }))",
            "\"findings\":[\(found.joined(separator: ","))]",
        ]
        return "{" + fields.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0 == "\"" || $0 == "\\" ? " " : Character($0) })
    }
}
