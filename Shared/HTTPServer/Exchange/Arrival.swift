import CMicrohttpd
import Glibc

/// What has arrived of a request's body, and what is wrong with the request so far.
struct Arrival {
    var body: [UInt8] = []
    /// Bytes read and thrown away, so that the client gets to read why.
    var dropped = 0
    var refusal: (status: Int, detail: String)?
}

/// Reading a request, on the connection's own thread: libmicrohttpd calls `receive` once for the head, once for each
/// piece of the body, once at its end, and again after a suspended connection was resumed.
extension Exchange {
    /// As much of a body that is too large is read all the same: a connection closed with bytes unread would take the
    /// 413 with it.
    private static let dropLimit = 1024 * 1024

    /// - Parameters:
    ///   - bytes: nil but for a piece of the body.
    ///   - size: of the piece; left at how much of it was not taken.
    /// - Returns: false if the connection must be closed.
    func receive(_ method: UnsafePointer<CChar>, _ bytes: UnsafePointer<CChar>?, _ size: inout Int) -> Bool {
        if let bytes, size > 0 {
            defer { size = 0 }
            return take(UnsafeRawBufferPointer(start: bytes, count: size))
        }
        enum Step {
            case head, handle
            case send(HTTPResponse)
            case nothing, close
        }
        let step = state.withLock { state -> Step in
            switch state.phase {
            case .new:
                state.phase = .arriving
                return .head
            case .arriving:
                state.phase = .open
                return .handle
            case .answered(let response):
                state.phase = .sending
                return .send(response)
            case .open, .over:
                return .close
            case .sending:
                return .nothing
            }
        }
        switch step {
        case .head: return look(isHead: strcmp(method, "HEAD") == 0)
        case .handle: return handle(method)
        case .send(let response): return send(response)
        case .nothing: return true
        case .close: return false
        }
    }

    /// The head is there. What is wrong with it is answered once the body has come too, unless that cannot be awaited.
    private func look(isHead: Bool) -> Bool {
        let framing = connection.framing
        let head = RequestHead(connection.fields(framing))
        if let cramped = CrampedHead(connection, head.fields, core.settings) {
            let refusal = core.settings.refusal(431, cramped.detail, head)
            connection.sendPast(core.settings.complete(refusal, head), isHead: isHead)
            return false
        }
        let refusal = fault()
        state.withLock { state in
            state.head = head
            state.arrival.refusal = refusal
        }
        if framing.isAmbiguous { return refuseEarly(400, Framing.ambiguity) }
        guard let length = framing.bodyLength, length > UInt64(core.settings.maxBodyBytes) else { return true }
        // A client that waits for "100 Continue" has sent nothing yet and will read an answer at once.
        guard length > UInt64(Self.dropLimit) || framing.expectsContinue else { return true }
        return refuseEarly(413, "The body is larger than \(core.settings.maxBodyBytes) bytes.")
    }

    private func fault() -> (status: Int, detail: String)? {
        if connection.headSize > core.settings.maxHeaderBytes {
            return (431, "Request line and header fields are larger than \(core.settings.maxHeaderBytes) bytes.")
        }
        if case .malformed = target { return (400, "The request target is not UTF-8.") }
        return nil
    }

    private func refuseEarly(_ status: Int, _ detail: String) -> Bool {
        let head = state.withLock { state in
            state.phase = .sending
            return state.head
        }
        return connection.send(core.settings.refusal(status, detail, head), of: self, head, closing: true)
    }

    private func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        let limit = core.settings.maxBodyBytes
        return state.withLock { state in
            if state.arrival.refusal == nil, state.arrival.body.count + piece.count <= limit {
                state.arrival.body.append(contentsOf: piece)
                return true
            }
            if state.arrival.refusal == nil {
                state.arrival.refusal = (413, "The body is larger than \(limit) bytes.")
            }
            state.arrival.body = []
            state.arrival.dropped += piece.count
            return state.arrival.dropped <= Self.dropLimit
        }
    }

    private func handle(_ method: UnsafePointer<CChar>) -> Bool {
        client.isServed()
        let (arrival, head) = state.withLock { state in
            defer { state.arrival = Arrival() }
            return (state.arrival, state.head)
        }
        guard arrival.refusal == nil, case .path(let path, let query) = target else {
            let (status, detail) = arrival.refusal ?? (400, "The request target is not UTF-8.")
            return decide(.now(core.settings.refusal(status, detail, head)), closing: true)
        }
        let request = HTTPRequest(
            method: String(cString: method), rawPath: path, rawQuery: query, body: arrival.body,
            head: head, peer: connection.peer)
        return decide(core.handler?(request, self) ?? .now(core.stopping(head)), closing: false)
    }

    private func decide(_ reply: Reply, closing: Bool) -> Bool {
        enum Step {
            case send(HTTPResponse, unused: HTTPResponse?)
            case wait
        }
        let step = state.withLock { state -> Step in
            switch (reply, state.phase) {
            case (.now(let response), .answered(let earlier)):
                state.phase = .sending
                return .send(earlier, unused: response)
            case (.now(let response), _):
                state.phase = .sending
                return .send(response, unused: nil)
            case (.later, .answered(let response)):
                state.phase = .sending
                return .send(response, unused: nil)
            case (.later, _):
                if suspend(&state) { return .wait }
                state.phase = .sending
                return .send(core.stopping(state.head), unused: nil)
            }
        }
        guard case .send(let response, let unused) = step else { return true }
        unused?.abandon()
        return send(response, closing: closing)
    }

    private func send(_ response: HTTPResponse, closing: Bool = false) -> Bool {
        let head = state.withLock { $0.head }
        return connection.send(response, of: self, head, closing: closing || core.draining.load(ordering: .relaxed))
    }
}
