import Text

/// What clients have used of their limits at one gateway since it told that last: for the other gateways.
public struct GatewayUsage: ClipEvent, Hashable {
    public static let kind = "cutroom.gateway.usage"
    public static let takesTombstones = false
    /// Clients that one event may tell of; the longest names and counts of so many fit 64 KiB.
    public static let mostEntries = 500

    /// On the wire `[requests, misses]`.
    public struct Used: Hashable, Sendable {
        public private(set) var requests: Int
        public private(set) var misses: Int
        /// Far beyond what any limit allows, and small enough for arithmetic.
        static let most = 1_000_000_000

        public init(requests: Int = 0, misses: Int = 0) {
            self.requests = min(max(0, requests), Self.most)
            self.misses = min(max(0, misses), Self.most)
        }

        public mutating func add(_ other: Used) {
            self = Used(requests: requests + other.requests, misses: misses + other.misses)
        }
    }

    /// The process, under a name that no other one has.
    public let gateway: String
    /// By the names of keys.
    public private(set) var keys: [String: Used]
    /// By hashes of addresses; on the wire 16 hex digits.
    public private(set) var addresses: [UInt64: Used]

    /// - Throws: `.badField` for more entries than an event may have.
    public init(gateway: String, keys: [String: Used], addresses: [UInt64: Used]) throws(EventFault) {
        guard (1...255).contains(gateway.utf8.count) else {
            throw .badField(name: "gateway", problem: "must be 1 to 255 bytes")
        }
        guard keys.count + addresses.count <= Self.mostEntries else {
            throw .badField(name: "keys and addresses", problem: "are more than \(Self.mostEntries)")
        }
        (self.gateway, self.keys, self.addresses) = (gateway, keys, addresses)
    }

    /// As many events as all of it needs; none for nothing.
    public static func pieces(
        gateway: String, keys: [String: Used], addresses: [UInt64: Used]
    ) -> [GatewayUsage] {
        var pieces: [GatewayUsage] = []
        func withRoom() -> Int {
            if pieces.last.map({ $0.keys.count + $0.addresses.count >= mostEntries }) ?? true {
                pieces.append(GatewayUsage(of: gateway))
            }
            return pieces.count - 1
        }
        for (name, used) in keys { pieces[withRoom()].keys[name] = used }
        for (hash, used) in addresses { pieces[withRoom()].addresses[hash] = used }
        return pieces
    }

    private init(of gateway: String) { (self.gateway, keys, addresses) = (gateway, [:], [:]) }

    enum CodingKeys: String, CodingKey {
        case gateway, keys, addresses
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let named = try fields.decodeIfPresent([String: Used].self, forKey: .addresses) ?? [:]
        var addresses: [UInt64: Used] = [:]
        for (text, used) in named {
            guard text.utf8.count == 16, let bytes = Hex.decode(text) else {
                throw EventFault.badField(name: "addresses", problem: "are not named by 16 hex digits each")
            }
            addresses[bytes.reduce(0) { $0 << 8 | UInt64($1) }] = used
        }
        try self.init(
            gateway: fields.decode(String.self, forKey: .gateway),
            keys: fields.decodeIfPresent([String: Used].self, forKey: .keys) ?? [:], addresses: addresses)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(gateway, forKey: .gateway)
        try fields.encode(keys, forKey: .keys)
        let named = addresses.map { (Hex.encode($0.key), $0.value) }
        try fields.encode(Dictionary(named, uniquingKeysWith: { first, _ in first }), forKey: .addresses)
    }

    public var subject: EventSubject { .gateway(gateway) }
    public var budget: Duration? { nil }
}

extension GatewayUsage.Used: Codable {
    public init(from decoder: any Decoder) throws {
        let counts = try decoder.singleValueContainer().decode([Int].self)
        guard counts.count == 2, counts.allSatisfy({ (0...Self.most).contains($0) }) else {
            throw EventFault.badField(
                name: decoder.codingPath.first?.stringValue ?? "the value",
                problem: "must be two counts each, from 0 to \(Self.most)")
        }
        self.init(requests: counts[0], misses: counts[1])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode([requests, misses])
    }
}
