import HTTPServer

/// The proxies whose word is taken for whom they have a request from.
struct TrustedProxies: Sendable {
    let ranges: [AddressRange]
    /// Hops beyond these are not looked at.
    private static let mostHops = 32

    func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// Who is behind a request, and whether proxies say so: the nearest hop that is no trusted proxy.
    ///
    /// Where the next hop can't be read, it is the proxy that wrote it. A client can send either field itself, and a proxy that
    /// writes one leaves the other as it came; so if both are there and don't agree, neither is believed.
    func client(of request: some RequestFields) -> (address: IPAddress, isForwarded: Bool)? {
        guard let peer = request.peer else { return nil }
        guard !ranges.isEmpty, contains(peer) else { return (peer, false) }
        let forwarded = request.header("forwarded").map { nearest(ForwardedHops.ofForwarded($0), behind: peer) }
        let listed = request.header("x-forwarded-for").map { nearest(ForwardedHops.ofXForwardedFor($0), behind: peer) }
        switch (forwarded, listed) {
        case (nil, nil): return (peer, false)
        case (let one?, nil), (nil, let one?): return (one, true)
        case (let one?, let other?): return (one == other ? one : peer, true)
        }
    }

    private func nearest(_ hops: [IPAddress?], behind peer: IPAddress) -> IPAddress {
        var nearest = peer
        for hop in hops.suffix(Self.mostHops).reversed() {
            guard let hop else { return nearest }
            nearest = hop
            guard contains(hop) else { return hop }
        }
        return nearest
    }
}
