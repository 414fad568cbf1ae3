import Kafka
import TestStack

/// What operators are told to let a service do: `deploy/kafka/acls`, to which scripts/check-deploy holds docs/operations.md.
public enum OperatorRights {
    /// Reading and writing, by topic.
    public static func topics(of service: String) async throws -> [String: Set<KafkaRight>] {
        let told = try await Tool.run("deploy/kafka/acls", ["print"])
        var rights: [String: Set<KafkaRight>] = [:]
        for line in String(decoding: told, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 4, words[0] == "cutroom-\(service)", words[2] == "topic" else { continue }
            switch words[1] {
            case "Read": rights[String(words[3]), default: []].insert(.read)
            case "Write": rights[String(words[3]), default: []].insert(.write)
            default: break
            }
        }
        return rights
    }
}
