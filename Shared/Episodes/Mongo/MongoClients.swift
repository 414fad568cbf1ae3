import CMongoc
import Domain
import Synchronization

/// One `mongoc_client_pool_t`, made at first use, because reading a `mongodb+srv` address asks the name server and blocks.
///
/// `@unchecked Sendable`: libmongoc's pool takes calls from any thread ("Connection Pooling", Pooled Mode), and the
/// pointer is touched only while `pool` is locked or by `close`, after which nobody calls.
final class MongoClients: Sendable {
    private struct Pool: @unchecked Sendable {
        // The pool outlives each client that is out: `close` is called when the last call has ended.
        var raw: OpaquePointer?
        var isClosed = false
    }

    private let address: MongoAddress
    private let limit: UInt32
    private let timeLimit: Duration
    private let pool = Mutex(Pool())

    init(_ address: MongoAddress, atMost limit: Int, timeLimit: Duration) {
        self.address = address
        self.limit = UInt32(clamping: limit)
        self.timeLimit = timeLimit
    }

    deinit {
        if let raw = pool.withLock({ $0.raw }) { mongoc_client_pool_destroy(raw) }
    }

    /// A client for the calling thread alone, until `giveBack`. Never waits for one if no more than `limit` are out.
    func take() throws(MongoFault) -> OpaquePointer {
        let raw = try pool.withLock { pool throws(MongoFault) -> Pool in
            if pool.isClosed { throw .closed }
            if pool.raw == nil { pool.raw = try open() }
            return pool
        }.raw
        guard let raw, let client = mongoc_client_pool_pop(raw) else { throw .unavailable("no connection to be had") }
        return client
    }

    func giveBack(_ client: OpaquePointer) {
        if let raw = pool.withLock({ $0 }).raw { mongoc_client_pool_push(raw, client) }
    }

    func close() {
        let raw = pool.withLock { pool in
            defer { pool = Pool(raw: nil, isClosed: true) }
            return pool
        }.raw
        if let raw { mongoc_client_pool_destroy(raw) }
    }

    private func open() throws(MongoFault) -> OpaquePointer {
        let uri: MongoURI
        do throws(MongoURI.Unusable) {
            uri = try MongoURI(address.uri)
        } catch {
            throw .misunderstood(error.reason)
        }
        let limitMs = Int32(clamping: timeLimit.wholeMilliseconds)
        uri.settle("serverselectiontimeoutms", milliseconds: limitMs)
        uri.settle("connecttimeoutms", milliseconds: limitMs)
        uri.settle(
            "sockettimeoutms", milliseconds: limitMs.multipliedReportingOverflow(by: 2).overflow ? .max : limitMs * 2)
        uri.settle(applicationName: "cutroom-resolver")
        var error = bson_error_t()
        guard let raw = mongoc_client_pool_new_with_error(uri.raw, &error) else {
            throw .unavailable(String(cString: cmongoc_message(&error)))
        }
        mongoc_client_pool_max_size(raw, limit)
        mongoc_client_pool_set_error_api(raw, MONGOC_ERROR_API_VERSION_2)
        cmongoc_no_structured_log(raw)
        return raw
    }
}
