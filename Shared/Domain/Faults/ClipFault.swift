/// A failure on the way to a clip, as it is thrown, and sent as `clip.failed`.
public struct ClipFault: Error, Hashable, Sendable {
    public let reason: FailureReason
    /// A sentence that a person understands: what was wrong, what was expected, where. No secrets, no addresses.
    public let detail: String
    /// Every parameter that was wrong, for `bad-parameters`.
    public let parameters: [ParameterFault]
    /// How long the episode really is, for `start-past-end`.
    public let episodeDuration: Duration?
    /// Before which trying again is known to be useless. It stays in the process that found it out.
    public let retryAfter: Duration?

    public init(
        _ reason: FailureReason, _ detail: String, parameters: [ParameterFault] = [], episodeDuration: Duration? = nil,
        retryAfter: Duration? = nil
    ) {
        self.reason = reason
        self.detail = detail
        self.parameters = parameters
        self.episodeDuration = episodeDuration
        self.retryAfter = retryAfter
    }

    public static func badParameters(_ faults: [ParameterFault]) -> ClipFault {
        ClipFault(
            .badParameters, faults.map { "\($0.name) \($0.problem)" }.joined(separator: "; "), parameters: faults)
    }

    public static func startPastEnd(start: Duration, episodeDuration: Duration) -> ClipFault {
        ClipFault(
            .startPastEnd,
            "the clip would start at \(start.wholeMilliseconds) ms; the episode is \(episodeDuration.wholeMilliseconds) ms long",
            episodeDuration: episodeDuration)
    }
}

/// One parameter that was wrong: its name as the client wrote it, and what was expected.
public struct ParameterFault: Hashable, Sendable {
    public let name: String
    public let problem: String

    public init(_ name: String, _ problem: String) {
        self.name = name
        self.problem = problem
    }
}
