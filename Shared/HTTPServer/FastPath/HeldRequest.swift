import CMicrohttpd
import Glibc

/// A request on its way along the fast path: nothing was made of it yet but a copy of its target, in memory that its
/// connection keeps for the next one.
struct HeldRequest {
    /// Longer targets go the usual way.
    private static let longestTarget = 512

    /// With a zero at its end.
    private var target: [CChar] = []
    /// Nil until the head is there.
    private var framing: Framing?

    /// - Parameter client: what libmicrohttpd keeps for the connection.
    /// - Returns: what libmicrohttpd is to keep for the request; nil if it goes the usual way.
    static func hold(_ target: UnsafePointer<CChar>, _ client: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let length = strnlen(target, longestTarget + 1)
        guard length <= longestTarget else { return nil }
        Unmanaged<Client>.fromOpaque(client)._withUnsafeGuaranteedRef {
            $0.held.target.removeAll(keepingCapacity: true)
            $0.held.target.append(contentsOf: UnsafeBufferPointer(start: target, count: length + 1))
            $0.held.framing = nil
        }
        // Objects lie at even addresses, so an odd one tells a connection from an exchange.
        return UnsafeMutableRawPointer(bitPattern: UInt(bitPattern: client) | 1)
    }

    /// The connection, if this is what `hold` returned; nil for an exchange.
    static func client(of request: UnsafeMutableRawPointer) -> Unmanaged<Client>? {
        let bits = UInt(bitPattern: request)
        guard bits & 1 == 1, let client = UnsafeRawPointer(bitPattern: bits & ~1) else { return nil }
        return Unmanaged<Client>.fromOpaque(client)
    }

    fileprivate mutating func headCame(_ framing: Framing) { self.framing = framing }

    /// Nil until the head is there.
    fileprivate func request(_ connection: Connection) -> FastRequest? {
        framing.map { FastRequest(connection, $0, target: target) }
    }

    fileprivate func exchange(_ core: ServerCore, _ connection: Connection, _ client: Client) -> Exchange {
        Exchange(
            core, connection, client, target.withUnsafeBufferPointer { $0.baseAddress.map { Target($0) } ?? .malformed }
        )
    }
}

extension ServerCore {
    /// Called as ``Exchange/receive(_:_:_:)`` is, for a request without an exchange: answers it, or makes the exchange, and
    /// puts it into `slot`.
    func receive(
        held client: Client, _ connection: Connection, _ method: UnsafePointer<CChar>, _ bytes: UnsafePointer<CChar>?,
        _ size: inout Int, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> Bool {
        guard let request = client.held.request(connection) else {
            let framing = connection.framing
            if framing.isHeadOnly, strcmp(method, "GET") == 0, CrampedHead.hasRoom(connection, settings) {
                client.held.headCame(framing)
                return true
            }
            return begin(client, connection, slot).receive(method, bytes, &size)
        }
        client.isServed()
        if let isSent = answer(request, connection) { return isSent }
        let exchange = begin(client, connection, slot)
        var nothing = 0
        return exchange.receive(method, nil, &nothing) && exchange.receive(method, bytes, &size)
    }

    private func begin(
        _ client: Client, _ connection: Connection, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> Exchange {
        let exchange = client.held.exchange(self, connection, client)
        slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
        return exchange
    }

    /// - Returns: nil if the request goes the usual way; false if the connection must be closed.
    private func answer(_ request: FastRequest, _ connection: Connection) -> Bool? {
        guard let fastPath = settings.fastPath else { return nil }
        let closing = draining.load(ordering: .relaxed)
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: AnswerFields.mostBytes) { room in
            var fields = AnswerFields(room)
            switch fastPath(request, &fields) {
            case .pass: return nil
            case .response(let response):
                return connection.send(response, of: nil, settings, request.head, closing: closing)
            case .stored(let answer):
                fields.add("X-Request-Id") { request.writeID(into: &$0) }
                if closing { fields.add("Connection") { $0.put("close") } }
                if let isSent = connection.send(answer, fields) { return isSent }
                let refusal = settings.refusal(500, "The answer could not be sent as it was made.", request.head)
                return connection.send(refusal, of: nil, settings, request.head, closing: closing)
            }
        }
    }
}

extension Connection {
    /// - Returns: nil if the answer can't be made; false if the connection must be closed.
    fileprivate func send(_ answer: StoredAnswer, _ fields: borrowing AnswerFields) -> Bool? {
        guard let response = answer.lent(with: fields) else { return nil }
        return cmhd_answer(raw, 200, response) != 0
    }
}
