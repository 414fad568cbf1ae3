/// Everything that is wrong with the environment, in one message. It carries no secret's value.
public struct SettingsFault: Error, Equatable, CustomStringConvertible {
    /// One sentence each, which begins with the variable's name.
    public let mistakes: [String]

    public var description: String {
        let count = mistakes.count == 1 ? "1 setting is wrong" : "\(mistakes.count) settings are wrong"
        return "\(count):\n" + mistakes.map { "  \($0)\n" }.joined()
    }
}

/// Why a file that a `…_FILE` variable names gave no value.
public struct SettingsFileFault: Error, Equatable, Sendable {
    /// Continues "the file …": "No such file or directory".
    public let reason: String

    public init(_ reason: String) { self.reason = reason }
}
