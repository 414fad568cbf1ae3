/// A fault that other settings would mend: the program ends with status 78, whenever it is found.
public protocol SettingsProblem: Error {}

/// Everything that is wrong with the environment, in one message. It carries no secret's value.
public struct SettingsFault: SettingsProblem, Equatable, CustomStringConvertible {
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

/// A setting that the program can't do without is missing, though nothing was wrong with what was given.
public struct SettingMissing: SettingsProblem, CustomStringConvertible {
    private let what: String

    /// - Parameter what: the settings that would mend it, by name.
    public init(_ what: String) { self.what = what }

    public var description: String { "\(what): missing" }
}
