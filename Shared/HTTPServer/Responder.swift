/// Where the answer to one request goes: an `Exchange` in a server, something simpler where a handler is tried without
/// one.
public protocol Responder: Sendable {
    /// The first answer counts; see ``Exchange/complete(_:)``.
    func complete(_ response: HTTPResponse)
    /// `body` is called once if the client goes away before there is an answer; see ``Exchange/onHangUp(_:)``.
    func onHangUp(_ body: @escaping @Sendable () -> Void)
}

extension Exchange: Responder {}
