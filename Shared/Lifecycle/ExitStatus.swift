/// What the process says to whoever started it.
public enum ExitStatus: Equatable, Sendable {
    /// Everything was finished, after a signal or without one.
    case done
    /// A fault ended the program, or the limit passed before everything was finished.
    case failed
    /// The command line was wrong.
    case usage
    /// Settings were wrong. Source: sysexits.h, EX_CONFIG.
    case badSettings
    /// A second signal ended it at once, as a shell would say it.
    case killed(signal: Int32)

    public var code: Int32 {
        switch self {
        case .done: 0
        case .failed: 1
        case .usage: 2
        case .badSettings: 78
        case .killed(let signal): 128 + signal
        }
    }
}
