import Kafka

/// What can become of a topic while it is read.
public enum TopicChange: Sendable {
    /// It was deleted and made again.
    case replaced
    /// It was given more partitions.
    case grown
}

extension TopicWatch {
    struct State {
        var needs: [TopicNeed] = []
        /// Nil before the first answer.
        var problems: [String]?
        var warnings: [String: [String]] = [:]
        /// What settings are wrong, kept between two looks at the settings.
        var settingProblems: [String: [String]] = [:]
        /// As last told: the one broker that tells ids and rights may be away for a while.
        var ids: [String: String] = [:]
        var rights: [String: Set<KafkaRight>] = [:]
        /// Topics that are missing, and since when.
        var missing: [String: ContinuousClock.Instant] = [:]
        var answeredAt: ContinuousClock.Instant?
        var settingsLookedAt: ContinuousClock.Instant?
        /// Topics that were there then.
        var settingsLookedFor: [String] = []
        /// As last told, by topic.
        var partitions: [String: Int] = [:]
        var readers: [@Sendable (String, TopicChange) -> Void] = []
        var looking: Task<Void, Never>?
    }

    /// How soon to look again.
    enum Pace {
        /// A topic has just been made, or has no leader yet.
        case soon
        case wrong
        case well
        case unanswered

        var pause: Duration {
            switch self {
            case .soon: .milliseconds(200)
            case .wrong, .unanswered: .seconds(1)
            case .well: .seconds(3)
            }
        }
    }
}
