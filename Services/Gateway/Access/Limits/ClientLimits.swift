import Settings

/// What a client may do: requests of any kind, and among them those for which work begins. Nil: as much as it likes.
struct ClientLimits: Sendable {
    let requests: Quota?
    let misses: Quota?
    /// For `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers, 3): a list of structured fields.
    let policy: String

    static let none = ClientLimits(requests: nil, misses: nil)

    init(requests: Rate?, misses: Rate?) {
        self.requests = requests.map { Quota($0) }
        self.misses = misses.map { Quota($0) }
        policy = [("requests", self.requests), ("misses", self.misses)].compactMap { name, quota in
            quota.map { #""\#(name)";q=\#($0.count);w=\#($0.windowSeconds)"# }
        }.joined(separator: ", ")
    }

    var isNone: Bool { requests == nil && misses == nil }
}
