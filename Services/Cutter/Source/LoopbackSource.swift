import HTTPServer
import ObjectStore
import Synchronization
import Text

/// An HTTP server on 127.0.0.1 through which ffmpeg reads sources: ffmpeg never talks to the object store.
///
/// Each cut gets a URL of its own, `http://127.0.0.1:{port}/{128 random bits}`, for as long as its lease lasts. So no
/// signed URL stands in a process list or on anybody's standard error, every byte is of the version that was asked for,
/// and what goes wrong at the store is known here, where ffmpeg would only see a broken connection.
final class LoopbackSource: Sendable {
    struct Limits: Sendable {
        /// Bytes of the first fetch after each of ffmpeg's seeks; each further one is twice as long.
        var firstPieceBytes = 128 << 10
        var longestPieceBytes = 8 << 20
        /// How much may wait for ffmpeg in each of three places: behind the store, before the connection and in it.
        var bufferBytes = 64 << 10
        /// How many fetches in a row may bring nothing before the cut fails.
        var triesInARow = 4
        /// Before the second of them; twice as long before each further one.
        var pause = Duration.milliseconds(50)

        init() {}
    }

    private let server: HTTPServer
    private let book: Book
    private let limits: Limits
    /// What is kept of sources that are lent; nil: nothing.
    let pages: SourcePages?

    /// - Throws: if no port of the loopback address can be had.
    init(limits: Limits = Limits(), pages: SourcePages? = nil) throws(HTTPServerFault) {
        let book = Book()
        self.book = book
        self.pages = pages
        self.limits = limits
        var settings = ServerSettings(address: "127.0.0.1", port: 0, threads: 1, maxConnections: 1024)
        settings.maxBodyBytes = 0
        settings.sendBufferBytes = limits.bufferBytes
        server = try HTTPServer(settings) { request, _ in book.answer(request) }
    }

    /// Lends one version of one object under a URL of its own, until the lease is closed.
    ///
    /// - Parameters:
    ///   - bytes: only these, as if they were all of it.
    ///   - kept: what is kept of that version.
    func lend(
        _ key: String, bytes: Range<UInt64>? = nil, sizeBytes: UInt64, etag: ETag, from store: any ObjectStore,
        kept: KeptPages? = nil, reading habit: LoopbackHabit = LoopbackHabit()
    ) -> LoopbackLease {
        let token = Self.token()
        let lease = LoopbackLease(
            url: "http://127.0.0.1:\(server.port)/\(token)",
            reader: LoopbackReader(
                store: store, key: key, bytes: (bytes ?? 0..<sizeBytes).clamped(to: 0..<sizeBytes),
                wholeBytes: sizeBytes, etag: etag, limits: limits, kept: kept, habit: habit),
            onClose: { [book] in book.forget(token) })
        book.add(lease, under: token)
        return lease
    }

    /// Lends a part of one version of a source for as long as `body` runs, as if the part were all of it.
    ///
    /// - Throws: `.unplayable` for a size that no file has.
    func lent<Value: Sendable>(
        _ source: SourceAudio, _ bytes: Range<UInt64>, from store: any ObjectStore, reading habit: LoopbackHabit,
        _ body: (LoopbackLease) async throws(FFmpegFault) -> Value
    ) async throws(FFmpegFault) -> Value {
        guard Int64(exactly: source.sizeBytes) != nil else { throw .unplayable(why: "it is too large") }
        let lease = lend(
            source.key, bytes: bytes, sizeBytes: source.sizeBytes, etag: source.etag, from: store,
            kept: pages?.of(source), reading: habit)
        let result: Result<Value, FFmpegFault>
        do throws(FFmpegFault) { result = .success(try await body(lease)) } catch { result = .failure(error) }
        await lease.close()
        return try result.get()
    }

    /// Leases that are not closed.
    var leaseCount: Int { book.count }

    /// Breaks what is under way and stops serving.
    func close() async { await server.stop(within: .zero) }

    private static func token() -> String {
        var random = SystemRandomNumberGenerator()
        return Hex.encode(random.next() as UInt64) + Hex.encode(random.next() as UInt64)
    }
}

/// Which token stands for which lease.
private final class Book: Sendable {
    private let leases = Mutex<[String: LoopbackLease]>([:])

    var count: Int { leases.withLock(\.count) }

    func add(_ lease: LoopbackLease, under token: String) { leases.withLock { $0[token] = lease } }

    func forget(_ token: String) {
        // Released outside the lock.
        let lease = leases.withLock { $0.removeValue(forKey: token) }
        withExtendedLifetime(lease) {}
    }

    /// Called on the server's own thread.
    func answer(_ request: HTTPRequest) -> Reply {
        let token = String(request.rawPath.dropFirst())
        guard let lease = leases.withLock({ $0[token] }) else {
            return .now(HTTPResponse(status: 404, text: "no such lease\n"))
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return .now(HTTPResponse(status: 405, headers: [("Allow", "GET, HEAD")], text: "read only\n"))
        }
        return .now(lease.answer(range: request.header("Range"), headOnly: request.method == "HEAD"))
    }
}
