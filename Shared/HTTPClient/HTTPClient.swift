import Synchronization
import Threads

/// An HTTP/1.1 client whose connections are kept alive and shared by all who call it.
///
/// It follows no redirects, uses no proxy, asks for no compression, keeps no cookies, and sends paths exactly as they are
/// written. One thread of its own does all the work; no call blocks a thread of Swift's.
/// Let go of it and everything under way ends with `.closed`; `close()` waits for that.
public final class HTTPClient: Sendable {
    private let settings: HTTPClientSettings
    private let mailbox: Mailbox
    /// Nil until it could be started.
    private let thread = Mutex<OwnThread?>(nil)

    public init(_ settings: HTTPClientSettings = HTTPClientSettings()) {
        self.settings = settings
        let mailbox = Mailbox(limit: settings.maxConnections + settings.maxWaiting)
        self.mailbox = mailbox
        // Where there is no room for a thread yet, the first request tries again, and says so.
        _ = try? startThread()
    }

    private func startThread() throws(ThreadFault) {
        let fault: ThreadFault? = thread.withLock { thread in
            guard thread == nil else { return nil }
            do throws(ThreadFault) {
                thread = try OwnThread(named: "http-client") { [settings, mailbox] in
                    TransferLoop(settings: settings, mailbox: mailbox).run()
                }
                return nil
            } catch { return error }
        }
        if let fault { throw fault }
    }

    deinit { mailbox.close() }

    /// Sends a request and waits for the whole answer.
    ///
    /// Cancelling the task ends the transfer.
    ///
    /// - Parameter bodyLimitBytes: the most that the answer's body may have.
    /// - Throws: any fault; an answer of any status is no fault.
    public func send(
        _ request: HTTPClientRequest, bodyLimitBytes: Int
    ) async throws(HTTPClientFault) -> HTTPClientResponse {
        let transfer = try submit(request, timeouts: settings.timeouts, room: .whole(limitBytes: bodyLimitBytes))
        return try await transfer.response()
    }

    /// Sends a request and waits for the answer's head; the body comes as it is read.
    ///
    /// A body that is let go of before its end closes its connection; one that nobody reads holds a connection.
    ///
    /// - Parameter bufferBytes: how much may wait for the reader before the sender is held back; the answer to a reader
    ///   who asks for more is never larger, except that a single piece from the network (16–64 KiB) is never split.
    public func stream(
        _ request: HTTPClientRequest, bufferBytes: Int
    ) async throws(HTTPClientFault) -> StreamingResponse {
        var timeouts = settings.timeouts
        timeouts.whole = nil
        let transfer = try submit(request, timeouts: timeouts, room: .stream(bufferBytes: bufferBytes))
        let reader = BodyReader(transfer)
        return StreamingResponse(head: try await transfer.head(), body: ResponseBody(reader: reader))
    }

    /// Ends what is under way with `.closed`, closes the connections, and returns when the thread has ended.
    public func close() async {
        mailbox.close()
        await thread.withLock { $0 }?.ended()
    }

    private func submit(
        _ request: HTTPClientRequest, timeouts: HTTPTimeouts, room: Transfer.Room
    ) throws(HTTPClientFault) -> Transfer {
        try request.check()
        do throws(ThreadFault) { try startThread() } catch { throw .unreachable(reason: error.description) }
        let transfer = Transfer(
            request, timeouts: request.timeouts ?? timeouts, room: room,
            maxHeaderBytes: settings.maxHeaderBytes, mailbox: mailbox)
        try mailbox.submit(transfer)
        return transfer
    }
}
