/// Why no answer, or not all of one, came back. No text in it comes from the URL, the headers or the peer.
public enum HTTPClientFault: Error, Equatable, Sendable {
    /// Not an `http` or `https` URL, or not percent-encoded; not sent.
    case malformedURL
    /// A header name or value that HTTP can't carry; not sent.
    case malformedHeader
    /// The host's name has no address.
    case unresolved
    /// No connection was made.
    case unreachable(reason: String)
    case timedOut(Phase)
    /// The connection ended before the answer's head was complete.
    case reset
    /// The connection ended inside the body; `expectedBytes` is nil where the head named no length.
    case truncated(gotBytes: UInt64, expectedBytes: UInt64?)
    /// TLS failed: the certificate was not accepted, or there was no common ground.
    case tls(reason: String)
    /// The body has more bytes than the caller allowed.
    case tooLarge(limitBytes: Int, status: Int)
    /// What came is not HTTP/1.1, or its header is beyond the limit.
    case malformedAnswer(reason: String)
    /// The calling task was cancelled.
    case cancelled
    /// As many requests as allowed are under way and waiting; not sent.
    case busy
    /// The client was closed.
    case closed

    /// What was under way when the time was up.
    public enum Phase: String, Sendable {
        /// Waiting for a free connection.
        case queue
        case connect
        /// From the request's first byte to the end of the answer's head.
        case answer
        case body
    }
}
