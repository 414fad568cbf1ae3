import HTTPServer

/// A client that has limits.
struct LimitedClient: Sendable {
    let tenant: Tenant
    /// As metrics name it: see ``LimitDecisions``.
    let label: String
    let limits: ClientLimits
    let rates: RateLimits

    func takeRequest() throws(Problem) {
        if !rates.takeRequest(self) { throw refusal(of: limits.requests, \.requests, "requests") }
    }

    func takeMiss() throws(Problem) {
        if !rates.takeMiss(self) { throw refusal(of: limits.misses, \.misses, "clips that have to be made") }
    }

    private func refusal(of quota: Quota?, _ part: KeyPath<RateLimits.Usage, Int64>, _ what: String) -> Problem {
        let (usage, now) = rates.usage(of: tenant)
        let (count, window) = (quota?.count ?? 0, quota?.windowSeconds ?? 0)
        let seconds = max(1, quota?.secondsUntilOne(usage[keyPath: part], now: now) ?? 1)
        return .edge(
            EdgeFault(
                .rateLimited,
                "more \(what) than the \(count) in \(window) s that this client may; ask again in \(seconds) s",
                retryAfterSeconds: Int(seconds)))
    }

    /// Adds `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers, 3 and 4).
    func stamp(_ response: HTTPResponse) -> HTTPResponse {
        var response = response
        response.headers.append(("RateLimit-Policy", limits.policy))
        response.headers.append(("RateLimit", left))
        return response
    }

    /// The same for an answer that is stored.
    func stamp(_ fields: inout AnswerFields) {
        fields.add("RateLimit-Policy") { $0.put(limits.policy) }
        fields.add("RateLimit") { $0.put(left) }
    }

    private var left: String {
        let (usage, now) = rates.usage(of: tenant)
        var text = ""
        if let quota = limits.requests { Self.write("requests", quota, usage.requests, now, into: &text) }
        if let quota = limits.misses { Self.write("misses", quota, usage.misses, now, into: &text) }
        return text
    }

    /// `t` is the same moment as that of a `Retry-After` where nothing is left.
    private static func write(
        _ name: String, _ quota: Quota, _ wholeAt: Int64, _ now: Int64, into text: inout String
    ) {
        let left = quota.left(wholeAt, now: now)
        let seconds =
            left == 0 ? max(1, quota.secondsUntilOne(wholeAt, now: now)) : quota.secondsUntilWhole(wholeAt, now: now)
        if !text.isEmpty { text += ", " }
        text += #""\#(name)";r=\#(left);t=\#(seconds)"#
    }
}
