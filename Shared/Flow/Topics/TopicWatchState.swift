import Kafka

extension TopicWatch {
    struct State {
        var needs: [TopicNeed] = []
        /// Consumer groups of the service.
        var groups: [String] = []
        /// Those that it may not read in, as last told.
        var deniedGroups: Set<String> = []
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
        var readers: [@Sendable (String) -> Void] = []
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
