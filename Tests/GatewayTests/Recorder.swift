import HTTPServer
import Synchronization

/// A request's way to its answer without a server: keeps the first answer, and hangs up when a test says so.
final class Recorder: Responder {
    private struct State {
        var response: HTTPResponse?
        var waiting: [(id: Int, continuation: CheckedContinuation<HTTPResponse, Never>)] = []
        var lastID = 0
        var onHangUp: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    func complete(_ response: HTTPResponse) {
        let waiting = state.withLock { state -> [(id: Int, continuation: CheckedContinuation<HTTPResponse, Never>)] in
            guard state.response == nil else { return [] }
            state.response = response
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.continuation.resume(returning: response) }
    }

    func onHangUp(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onHangUp.append(body) } }

    var hasAnswer: Bool { state.withLock { $0.response != nil } }

    /// What a test gets whose time is up.
    private static let noAnswer = HTTPResponse(status: 599, text: "there was no answer")

    /// Returns when there is one, or with a status that nobody sends if the test is cancelled.
    func answer() async -> HTTPResponse {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let response = state.withLock { state -> HTTPResponse? in
                    if let response = state.response { return response }
                    if Task.isCancelled { return Self.noAnswer }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let response { continuation.resume(returning: response) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            waiting?.continuation.resume(returning: Self.noAnswer)
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

    /// The text without the ids of traces, which are others in each run.
    var untraced: String {
        text.replacing(#/,"trace_id":"[0-9a-f]{32}"/#, with: "")
    }

    func values(_ name: String) -> [String] {
        headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    func value(_ name: String) -> String? { values(name).first }

    var stream: ByteStream? { if case .stream(let stream, _) = body { stream } else { nil } }
}
