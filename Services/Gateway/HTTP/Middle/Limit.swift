import HTTPServer

/// The link of the chain that says how much whoever asks may still ask for.
struct Limit: Sendable {
    let rates: RateLimits
    let address: ClientLimits
    let addressHash: AddressHash
    let proxies: TrustedProxies

    /// - Returns: nil for a client without limits.
    func client(_ caller: Authenticate.Caller, _ request: some RequestFields, for access: Access) -> LimitedClient? {
        guard access.counts else { return nil }
        if case .key(let key) = caller {
            if key.limits.isNone { return nil }
            return LimitedClient(tenant: .key(key.name), label: key.name, limits: key.limits, rates: rates)
        }
        guard !address.isNone else { return nil }
        let client = proxies.client(of: request)
        if let client, client.address.isLoopback, !client.isForwarded { return nil }
        // Without an address, as on a socket of another kind, all are one client.
        let tenant = addressHash.tenant(client?.address ?? IPAddress(high: 0, low: 0))
        let label = if case .signedURL = caller { LimitDecisions.requestURL } else { LimitDecisions.address }
        return LimitedClient(tenant: tenant, label: label, limits: address, rates: rates)
    }
}

/// Tells a limited client with each answer what is left to it.
struct LimitedResponder: Responder {
    let inner: any Responder
    let client: LimitedClient

    func complete(_ response: HTTPResponse) { inner.complete(client.stamp(response)) }
    func onHangUp(_ body: @escaping @Sendable () -> Void) { inner.onHangUp(body) }
}
