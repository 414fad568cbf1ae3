import Bounded
import FoundationEssentials

/// A service's health at one moment, and how it is written.
public struct HealthReport: Sendable {
    public enum Status: String, Sendable {
        case ready
        case notReady = "not ready"
        case stopping
    }

    public let status: Status
    public let isWell: Bool
    let service: String
    let version: String
    let uptime: Duration
    let timestamp: String
    public let dependencies: [(name: String, presence: Presence)]
    let circuits: [(name: String, figures: Circuit.Figures)]
    let counts: [(name: String, count: Int)]

    private struct Readiness: Encodable {
        let status: String
        let dependencies: [String: String]
    }

    private struct Health: Encodable {
        struct State: Encodable {
            let state: String
            let opened: UInt64
            let failures: UInt64
            let refused: UInt64
        }

        let status: String
        let readiness: String
        let service: String
        let version: String
        let timestamp: String
        let uptimeSeconds: Int64
        let dependencies: [String: String]
        let circuits: [String: State]
        let counts: [String: Int]
    }

    /// How a service that this one is part of sees it.
    var presence: Presence {
        if status == .ready { return .present }
        let missing = dependencies.compactMap { name, presence in
            if case .missing(let why) = presence { "\(name): \(why)" } else { nil }
        }
        return .missing(missing.isEmpty ? status.rawValue : missing.joined(separator: "; "))
    }

    /// For `/readyz`: which dependency is missing, and why.
    var readiness: [UInt8] { json(Readiness(status: status.rawValue, dependencies: named)) }

    /// For `/healthz`: all that is known.
    var health: [UInt8] {
        json(
            Health(
                status: isWell ? "healthy" : "degraded", readiness: status.rawValue, service: service,
                version: version, timestamp: timestamp, uptimeSeconds: uptime.components.seconds,
                dependencies: named,
                circuits: Dictionary(
                    circuits.map { name, figures in
                        (
                            name,
                            Health.State(
                                state: figures.state.rawValue, opened: figures.opened, failures: figures.failures,
                                refused: figures.refused)
                        )
                    }, uniquingKeysWith: { $1 }),
                counts: Dictionary(counts.map { ($0.name, $0.count) }, uniquingKeysWith: { $1 })))
    }

    private var named: [String: String] {
        Dictionary(
            dependencies.map { name, presence in
                switch presence {
                case .present: (name, "present")
                case .missing(let why): (name, "missing: \(why)")
                }
            }, uniquingKeysWith: { $1 })
    }

    private func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Text and whole numbers only, which JSONEncoder can't refuse.
        return (try? encoder.encode(value)).map { Array($0) } ?? []
    }
}
