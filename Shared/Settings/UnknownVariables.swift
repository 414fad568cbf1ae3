/// Variables of the environment that look like settings and are none: left unsaid, `CLIP_LIFETIM` would mean the default, and
/// `S3_ENDPOINT` that clips are signed for AWS.
struct UnknownVariables {
    /// Settings that were read, whether set or not.
    let known: Set<String>
    /// Settings of other services.
    let neighbours: Set<String>
    /// What the program's own variables begin with.
    let prefixes: [String]

    /// Words that only settings about these things have; each counts where a setting that was read has it.
    private static let words: Set<String> = ["AWS", "S3", "KAFKA", "MONGODB", "CLIP", "CLIPS", "CIRCUIT", "OTEL"]
    /// Words that people write for another.
    private static let synonyms = ["MONGO": "MONGODB"]
    /// Variables that AWS's own tools and machines set, and that change nothing for us.
    private static let harmless: Set<String> = [
        "AWS_DEFAULT_OUTPUT", "AWS_EXECUTION_ENV", "AWS_PAGER", "AWS_SDK_LOAD_CONFIG", "AWS_STS_REGIONAL_ENDPOINTS",
    ]

    /// Of OpenTelemetry's other signals, which Cutroom does not export.
    private static func isOfOtherSignals(_ name: String) -> Bool {
        let others: Set<Substring> = ["METRIC", "METRICS", "LOG", "LOGS", "LOGRECORD", "BLRP"]
        let words = name.split(separator: "_")
        return words.first == "OTEL" && words.contains(where: others.contains)
    }

    func warnings(in environment: [String: String]) -> [String] {
        environment.keys.sorted().compactMap { name in
            // Those of the scripts that start components and tests.
            guard !name.hasPrefix("CUTROOM_") else { return nil }
            guard !known.contains(name), !neighbours.contains(name), !Self.harmless.contains(name),
                !Self.isOfOtherSignals(name),
                !isServiceLink(name, environment[name] ?? "")
            else { return nil }
            let word = word(in: name)
            let near = nearest(to: name, among: known)
            let isOurs = word != nil || prefixes.contains { name.hasPrefix($0) }
            guard isOurs || near != nil && name.utf8.count >= 10 && name.contains("_") else { return nil }
            let meant = word.flatMap { nearest(to: written($0, in: name), sharing: $0, among: settings) } ?? near
            return "\(name) is not a setting" + (meant.map { "; did you mean \($0)?" } ?? "")
        }
    }

    private var settings: Set<String> { known.filter { !$0.hasSuffix("_FILE") } }

    /// The word of one of our settings that the name has.
    private func word(in name: String) -> String? {
        let ours = Set(known.flatMap { $0.split(separator: "_").map(String.init) }).intersection(Self.words)
        return name.split(separator: "_").lazy.map { Self.synonyms[String($0)] ?? String($0) }.first(
            where: ours.contains)
    }

    /// The name with the word as settings write it.
    private func written(_ word: String, in name: String) -> String {
        name.split(separator: "_").map { Self.synonyms[String($0)] ?? String($0) }.joined(separator: "_")
    }

    /// What Kubernetes and Docker tell of a service called `kafka` or `gateway`: `KAFKA_SERVICE_HOST`,
    /// `KAFKA_PORT_9092_TCP_ADDR`, `KAFKA_PORT=tcp://…` (Kubernetes, "Environment variables" of a Service).
    private func isServiceLink(_ name: String, _ value: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.contains("_SERVICE_PORT") { return true }
        if name.hasSuffix("_PORT") { return ["tcp://", "udp://", "sctp://"].contains { value.hasPrefix($0) } }
        let parts = name.split(separator: "_")
        guard let port = parts.lastIndex(of: "PORT"), parts.count > port + 2 else { return false }
        return parts[port + 1].allSatisfy(\.isNumber) && ["TCP", "UDP", "SCTP"].contains(parts[port + 2])
    }
}
