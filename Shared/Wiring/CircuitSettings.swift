import Bounded
import Logging
import Settings

/// When a dependency is left alone for a while, and for how long. The same for all of a service's dependencies.
public struct CircuitSettings: Sendable {
    public var circuit: Circuit.Settings

    public init(from read: inout SettingsReader) {
        let failures = read.int(
            "CIRCUIT_FAILURES", default: 10, in: 1...100_000,
            "calls that fail in a row before a dependency is left alone for a while")
        let percent = read.int(
            "CIRCUIT_FAILED_PERCENT", default: 80, in: 1...100,
            "or this part of all calls in CIRCUIT_WINDOW that fails")
        let window = read.duration(
            "CIRCUIT_WINDOW", default: .seconds(10), in: .milliseconds(100)...(.seconds(600)),
            "how far back calls are counted")
        let base = read.duration(
            "CIRCUIT_PAUSE", default: .seconds(1), in: .milliseconds(10)...(.seconds(60)),
            "the first pause before one call tries whether the dependency is back, at most; it doubles each time")
        let cap = read.duration(
            "CIRCUIT_PAUSE_MAX", default: .seconds(5), in: .milliseconds(10)...(.seconds(300)), "longest pause ever")
        circuit = Circuit.Settings(
            failuresInARow: failures, failedPart: Double(percent) / 100, window: window,
            pause: Backoff(base: base, cap: cap))
    }

    /// The circuit for one dependency, which logs each change of its state.
    ///
    /// - Parameter name: of the dependency, for the log: `mongodb`, `source bucket`.
    public func make(for name: String, log: Log) -> Circuit {
        Circuit(
            circuit,
            onChange: { change in
                var fields: LogFields = [
                    "dependency": .string(name), "from": .string(change.from.rawValue),
                    "to": .string(change.to.rawValue),
                    "failures": .int(change.failures),
                ]
                if let outage = change.outage { fields = fields.adding(["outage": .duration(outage)]) }
                switch (change.from, change.to) {
                case (.closed, _): log.warning("A dependency fails and is left alone for a while", fields)
                case (_, .closed): log.info("A dependency is back", fields)
                case (_, .halfOpen): log.info("One call tries whether a dependency is back", fields)
                default: log.info("A dependency is still away", fields)
                }
            })
    }
}
