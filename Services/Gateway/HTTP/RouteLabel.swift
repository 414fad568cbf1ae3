import Telemetry

/// What answers a request, as metrics name it: a route of `GatewayAPI.table` by its place there, or one of three that are none.
struct RouteLabel: MetricLabel, Hashable {
    static let label = "route"

    let rawValue: Int

    /// Routes of whoever embeds the gateway.
    static var embedder: RouteLabel { RouteLabel(at: 0) }
    /// There is no such path.
    static var unknown: RouteLabel { RouteLabel(at: 1) }
    /// Refused before a path was looked for, by the embedder or by the server library.
    static var refused: RouteLabel { RouteLabel(at: 2) }

    private static let words = ["embedder", "unknown", "refused"] + GatewayAPI.table.map(\.name)

    static var allCases: [RouteLabel] { words.indices.map { RouteLabel(at: $0) } }

    /// - Parameter place: in the table, from 0.
    static func route(at place: Int) -> RouteLabel { RouteLabel(at: 3 + place) }

    init?(rawValue: Int) {
        guard Self.words.indices.contains(rawValue) else { return nil }
        self.init(at: rawValue)
    }

    private init(at place: Int) { rawValue = place }

    var word: String { Self.words[rawValue] }
}
