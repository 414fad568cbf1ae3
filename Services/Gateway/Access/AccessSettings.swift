import HTTPServer
import Settings

/// What a key is needed for.
enum KeysNeededFor: String, Sendable, CaseIterable {
    case nothing
    /// A clip that is ready is answered to anyone.
    case making
    case everything
}

/// Who may ask, and how often.
struct AccessSettings: Sendable {
    var keys: KeyRing
    /// Of the file that the keys come from.
    var keyFile: String?
    var neededFor: KeysNeededFor
    /// Nil: signatures in URLs say nothing.
    var signatures: URLSignatures?
    var keyRequests: Rate?
    var keyMisses: Rate?
    var address: ClientLimits
    var tableBytes: Int
    /// Between two times that gateways tell each other what clients have used; nil: each counts for itself.
    var exchange: Duration?
    var addressHash: AddressHash
    var proxies: TrustedProxies

    /// - Parameters:
    ///   - limits: whether there are any if the environment does not say.
    ///   - isAlone: whether there can be no other gateway.
    init(from read: inout SettingsReader, limits: Bool, isAlone: Bool) {
        let text = read.optionalReloadableText(
            "GATEWAY_KEYS",
            "API keys, as cutroom keys new prints them, between line feeds or commas; the file is read again when it changes"
        )
        signatures = Self.signatures(from: &read)
        let needed = read.optionalChoice(
            "GATEWAY_KEYS_NEEDED_FOR", of: KeysNeededFor.self,
            "what a client needs a key for; if not given, making where there are keys or a URL secret, else nothing")
        keyRequests = read.rate(
            "GATEWAY_LIMIT_KEY_REQUESTS", default: limits ? Rate(60_000, per: .seconds(60)) : nil,
            "requests of a key whose line names no other rate; at first as many at once")
        keyMisses = read.rate(
            "GATEWAY_LIMIT_KEY_MISSES", default: limits ? Rate(100, per: .seconds(3600)) : nil,
            "clips that such a key may have made")
        let requests = read.rate(
            "GATEWAY_LIMIT_ADDRESS_REQUESTS", default: limits ? Rate(6_000, per: .seconds(60)) : nil,
            "requests of an address (IPv6: of a /64) without a key; loopback has no limits")
        let misses = read.rate(
            "GATEWAY_LIMIT_ADDRESS_MISSES", default: limits ? Rate(10, per: .seconds(60)) : nil,
            "clips that such an address may have made")
        address = ClientLimits(requests: requests, misses: misses)
        tableBytes = read.bytes(
            "GATEWAY_LIMIT_TABLE", default: 8 << 20, in: (64 << 10)...(1 << 30),
            "for what addresses have used; those that were not seen for longest go first")
        (exchange, addressHash) = isAlone ? (nil, AddressHash()) : Self.exchange(from: &read)
        let ranges = read.list(
            "GATEWAY_TRUSTED_PROXIES",
            "addresses and networks (CIDR) of proxies whose Forwarded or X-Forwarded-For is believed")
        proxies = TrustedProxies(ranges: ranges.compactMap { AddressRange($0) })
        if proxies.ranges.count < ranges.count {
            read.mistake("GATEWAY_TRUSTED_PROXIES: must be addresses or networks such as 10.0.0.0/8, between commas")
        }
        (keys, keyFile) = (.empty, text?.path)
        if let text {
            do throws(KeyRing.Fault) {
                keys = try KeyRing(parsing: text.text, defaults: (keyRequests, keyMisses))
            } catch {
                read.mistake("GATEWAY_KEYS: \(error)")
            }
        }
        let isClosed = text != nil || signatures != nil
        // Nobody has limits, and nobody can get any: without keys at the start there will be none.
        if text == nil, address.isNone { exchange = nil }
        neededFor = needed ?? (isClosed ? .making : .nothing)
        if neededFor != .nothing, !isClosed {
            read.mistake(
                "GATEWAY_KEYS_NEEDED_FOR: \(neededFor.rawValue) needs GATEWAY_KEYS, GATEWAY_KEYS_FILE or GATEWAY_URL_SECRET"
            )
        }
    }

    private static func exchange(from read: inout SettingsReader) -> (Duration?, AddressHash) {
        let interval = read.duration(
            "GATEWAY_LIMIT_EXCHANGE", default: .seconds(1), in: .zero...(.seconds(60)),
            "how often gateways tell each other what clients have used, so that a limit holds over all of them; 0: each counts for itself"
        )
        let secret = read.optionalSecret(
            "GATEWAY_LIMIT_SECRET",
            "hides addresses in what gateways tell each other; the same for all of them, \(URLSignatures.shortestSecret) bytes or more"
        )
        if let secret, secret.reveal().utf8.count < URLSignatures.shortestSecret {
            read.mistake("GATEWAY_LIMIT_SECRET: must be \(URLSignatures.shortestSecret) bytes or more")
        }
        return (interval > .zero ? interval : nil, AddressHash(secret: secret))
    }

    private static func signatures(from read: inout SettingsReader) -> URLSignatures? {
        let secret = read.optionalSecret(
            "GATEWAY_URL_SECRET",
            "with which cutroom sign signs URLs of requests that need no key then; 32 bytes or more")
        let old = read.optionalSecret("GATEWAY_URL_SECRET_OLD", "one that is valid besides, while it is replaced")
        for (name, secret) in [("GATEWAY_URL_SECRET", secret), ("GATEWAY_URL_SECRET_OLD", old)] {
            if let secret, secret.reveal().utf8.count < URLSignatures.shortestSecret {
                read.mistake("\(name): must be \(URLSignatures.shortestSecret) bytes or more")
            }
        }
        if old != nil, secret == nil { read.mistake("GATEWAY_URL_SECRET_OLD: needs GATEWAY_URL_SECRET") }
        return secret.map { URLSignatures(secrets: [$0] + (old.map { [$0] } ?? [])) }
    }
}
