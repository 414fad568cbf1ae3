/// Limits of one client.
public struct HTTPClientSettings: Sendable {
    /// Requests under way at once, and so connections; the rest wait in order.
    public var maxConnections: Int
    /// Of these, to one host and port.
    public var maxConnectionsPerHost: Int
    /// Requests that may wait for a connection; one more is refused with `.busy`.
    public var maxWaiting: Int
    /// An answer's header lines together.
    public var maxHeaderBytes: Int
    public var timeouts: HTTPTimeouts
    /// PEM file of the certificate authorities to trust; nil: the system's.
    public var caFile: String?
    public var userAgent: String

    public init(
        maxConnections: Int = 64, maxConnectionsPerHost: Int = 64, maxWaiting: Int = 1_000,
        maxHeaderBytes: Int = 65_536, timeouts: HTTPTimeouts = HTTPTimeouts(), caFile: String? = nil,
        userAgent: String = "cutroom"
    ) {
        self.maxConnections = max(1, maxConnections)
        self.maxConnectionsPerHost = max(1, maxConnectionsPerHost)
        self.maxWaiting = max(0, maxWaiting)
        self.maxHeaderBytes = maxHeaderBytes
        self.timeouts = timeouts
        self.caFile = caFile
        self.userAgent = userAgent
    }
}

/// How long a request may take.
public struct HTTPTimeouts: Equatable, Sendable {
    /// Waiting for a free connection.
    public var queue: Duration
    /// Name look-up, TCP and TLS together.
    public var connect: Duration
    /// The longest time without a byte in either direction; the time that a streamed body waits for its reader does not
    /// count.
    public var stall: Duration
    /// From the call to the last byte, waiting for a connection included; nil: no such limit.
    public var whole: Duration?

    public init(
        queue: Duration = .seconds(10), connect: Duration = .seconds(3), stall: Duration = .seconds(10),
        whole: Duration? = .seconds(60)
    ) {
        self.queue = queue
        self.connect = connect
        self.stall = stall
        self.whole = whole
    }
}
