import Settings

/// What an operator decides of the console.
struct ConsoleSettings: Sendable {
    /// Whether there is one.
    var isOpen = false
    /// Whether this server tells of its episodes and searches them, as `cutroom serve` does.
    var tellsOfEpisodes = false
}

extension ConsoleSettings {
    /// - Parameter defaultOpen: whether there is one if the environment does not say.
    init(from read: inout SettingsReader, defaultOpen: Bool) {
        isOpen = read.bool(
            "GATEWAY_CONSOLE", default: defaultOpen, "a page at / for people: to find, hear, cut and share clips")
    }
}
