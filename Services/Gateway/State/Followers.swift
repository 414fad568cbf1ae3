import Domain
import Settings

/// Connections that follow the status of a clip.
struct Followers {
    /// Called from any thread whenever the clip's status may have changed.
    typealias Notify = @Sendable () -> Void

    struct Settings: Sendable {
        var limit = 1000
    }

    private let limit: Int
    private var followers: [ClipID: [UInt64: Notify]] = [:]
    private var lastNumber: UInt64 = 0
    private(set) var count = 0

    init(_ settings: Settings) { limit = settings.limit }

    /// - Returns: the number by which it is removed; nil if as many follow clips as may.
    mutating func add(_ id: ClipID, _ notify: @escaping Notify) -> UInt64? {
        guard count < limit else { return nil }
        lastNumber += 1
        followers[id, default: [:]][lastNumber] = notify
        count += 1
        return lastNumber
    }

    /// Removing what is not there any more changes nothing.
    mutating func remove(_ id: ClipID, _ number: UInt64) {
        guard followers[id]?.removeValue(forKey: number) != nil else { return }
        if followers[id]?.isEmpty == true { followers[id] = nil }
        count -= 1
    }

    func of(_ id: ClipID) -> [Notify] { followers.isEmpty ? [] : followers[id].map { Array($0.values) } ?? [] }
}

extension Followers.Settings {
    init(from read: inout SettingsReader) {
        limit = read.int(
            "GATEWAY_MAX_EVENT_STREAMS", default: limit, in: 0...1_000_000,
            "connections that follow a clip's status")
    }
}
