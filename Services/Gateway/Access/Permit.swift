import HTTPServer

/// What a request may have done for it.
struct Permit: Sendable {
    /// Why no work may begin for it.
    var refusal: EdgeFault?
    /// Nil for a client without limits.
    var client: LimitedClient?
    /// In whose share the work counts; nil for a client that nobody tells from others.
    var tenant: Tenant?
    /// The work is on a part of a clip, which counts apart from clips.
    var isForPart = false

    var share: Share? { tenant.map { Share(tenant: $0, isOfParts: isForPart) } }

    /// Anything, any number of times.
    static let free = Permit()

    /// Asked once for each piece of work that would begin now; counts it.
    func takeMiss() throws(Problem) {
        if let refusal { throw .edge(refusal) }
        try client?.takeMiss()
    }
}
