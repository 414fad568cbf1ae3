import Kafka

/// What a topic that somebody else made, or changed, is like beside what a service expects.
struct TopicVerdict: Equatable {
    /// With these the service can't do its work.
    var problems: [String] = []
    /// With these it works with less than is promised.
    var warnings: [String] = []

    /// - Parameter facts: as the brokers tell them.
    static func shape(of facts: TopicFacts, beside need: TopicNeed) -> TopicVerdict {
        let (spec, name) = (need.spec, need.spec.name)
        var verdict = TopicVerdict()
        if let rights = facts.rights {
            let denied = need.rights.subtracting(rights).map(\.rawValue).sorted()
            if !denied.isEmpty {
                verdict.problems.append("Kafka denies \(denied.joined(separator: " and ")) on topic \(name)")
            }
        }
        if facts.leaderless > 0 {
            verdict.problems.append(
                "\(facts.leaderless) of \(facts.partitions) partitions of topic \(name) have no leader")
        }
        if facts.partitions != spec.partitions {
            verdict.warnings.append(
                "topic \(name) has \(facts.partitions) partitions, and \(spec.partitions) are configured")
        }
        if facts.replicas < spec.replication {
            verdict.warnings.append(
                "topic \(name) has \(facts.replicas) replicas, and \(spec.replication) are configured")
        }
        return verdict
    }

    /// - Parameter found: the topic's settings in force, by Kafka's names.
    static func settings(_ found: [String: String], replicas: Int, beside need: TopicNeed) -> TopicVerdict {
        let (spec, name) = (need.spec, need.spec.name)
        var verdict = TopicVerdict()
        func policies(_ text: String?) -> Set<Substring> { Set((text ?? "").split(separator: ",")) }
        let (wanted, policy) = (policies(spec.configuration["cleanup.policy"]), policies(found["cleanup.policy"]))
        if !policy.isEmpty, policy != wanted {
            let told = "topic \(name) has cleanup.policy=\(found["cleanup.policy"] ?? "")"
            if policy.contains("compact"), !wanted.contains("compact"), need.rights.contains(.write) {
                // Brokers refuse records without a key there, and dead letters may have none.
                verdict.problems.append("\(told): records without a key are refused there (expected: delete)")
            } else if wanted.contains("compact"), !policy.contains("compact") {
                verdict.warnings.append("\(told): clips are forgotten before they end (expected: compact,delete)")
            } else {
                verdict.warnings.append("\(told) (expected: \(spec.configuration["cleanup.policy"] ?? ""))")
            }
        }
        if let type = found["message.timestamp.type"], type != spec.configuration["message.timestamp.type"] {
            verdict.warnings.append(
                "topic \(name) has message.timestamp.type=\(type): deadlines and purges go by the clocks of the writers "
                    + "(expected: LogAppendTime)")
        }
        if let has = found["retention.ms"].flatMap({ Int64($0) }), policy.contains("delete"), has >= 0,
            let wants = spec.configuration["retention.ms"].flatMap({ Int64($0) }), has < wants
        {
            verdict.warnings.append("topic \(name) has retention.ms=\(has), and \(wants) is configured")
        }
        if let insync = found["min.insync.replicas"].flatMap({ Int($0) }), need.rights.contains(.write) {
            if insync > replicas {
                verdict.problems.append(
                    "topic \(name) has min.insync.replicas=\(insync) and \(replicas) replicas: it takes no record")
            } else if insync < 2, replicas > 1 {
                verdict.warnings.append(
                    "topic \(name) has min.insync.replicas=\(insync) and \(replicas) replicas: what is acknowledged may be lost with one broker"
                )
            }
        }
        if let largest = found["max.message.bytes"].flatMap({ Int($0) }), largest < smallestMessageLimit {
            verdict.warnings.append(
                "topic \(name) has max.message.bytes=\(largest): some records will be refused (Kafka's default: 1048588)"
            )
        }
        return verdict
    }

    /// A dead letter holds up to 900,000 bytes, and its headers.
    private static let smallestMessageLimit = 1_000_000
}

extension TopicWatch {
    /// Problems in one line, bounded.
    static func text(_ problems: [String]) -> String {
        let most = 4
        let text = problems.prefix(most).joined(separator: "; ")
        return problems.count > most ? "\(text); and \(problems.count - most) more" : text
    }
}
