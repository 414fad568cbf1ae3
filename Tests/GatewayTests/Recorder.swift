import HTTPServer
import Synchronization

/// A request's way to its answer without a server: keeps the first answer, and hangs up when a test says so.
final class Recorder: Responder {
    private struct State {
        var response: HTTPResponse?
        var waiting: [CheckedContinuation<HTTPResponse, Never>] = []
        var onHangUp: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    func complete(_ response: HTTPResponse) {
        let waiting = state.withLock { state -> [CheckedContinuation<HTTPResponse, Never>] in
            guard state.response == nil else { return [] }
            state.response = response
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume(returning: response) }
    }

    func onHangUp(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onHangUp.append(body) } }

    var hasAnswer: Bool { state.withLock { $0.response != nil } }

    /// Returns when there is one.
    func answer() async -> HTTPResponse {
        await withCheckedContinuation { continuation in
            let response = state.withLock { state -> HTTPResponse? in
                if state.response == nil { state.waiting.append(continuation) }
                return state.response
            }
            if let response { continuation.resume(returning: response) }
        }
    }

    func hangUp() {
        let bodies = state.withLock { state in
            defer { state.onHangUp = [] }
            return state.onHangUp
        }
        for body in bodies { body() }
    }
}

extension HTTPResponse {
    var text: String {
        guard case .bytes(let bytes) = body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    func values(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    func value(_ name: String) -> String? { values(name).first }

    var stream: ByteStream? { if case .stream(let stream, _) = body { stream } else { nil } }
}
