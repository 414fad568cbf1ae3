import Domain
import HTTPServer
import Synchronization

/// One page that waits for what it tells. No thread waits: the state of clips notifies, and a task ends it.
final class FactWait: Sendable {
    private struct State {
        var follows: [(id: ClipID, number: UInt64)] = []
        var timer: Task<Void, Never>?
        var isOver = false
    }

    private let clipState: ClipState
    private let responder: any Responder
    private let look: @Sendable () -> ClipFacts
    private let answer: @Sendable (ClipFacts) -> HTTPResponse
    private let state = Mutex(State())

    init(
        _ clipState: ClipState, _ responder: any Responder, look: @escaping @Sendable () -> ClipFacts,
        answer: @escaping @Sendable (ClipFacts) -> HTTPResponse
    ) {
        self.clipState = clipState
        self.responder = responder
        self.look = look
        self.answer = answer
    }

    /// - Returns: false if as many connections follow clips as may; then it follows none.
    func follow(_ ids: [ClipID]) -> Bool {
        for id in ids {
            guard let number = clipState.follow(id, { self.lookAgain() }) else {
                // Unless a notice has answered it meanwhile.
                return !end()
            }
            let isOver = state.withLock { state in
                if !state.isOver { state.follows.append((id, number)) }
                return state.isOver
            }
            // It was answered by a notice that came in between.
            if isOver { clipState.unfollow(id, number) }
        }
        return true
    }

    func begin(for wait: Duration) {
        responder.onHangUp { _ = self.end() }
        let timer = Task { [self] in
            guard (try? await Task.sleep(for: wait)) != nil else { return }
            complete(look())
        }
        let isLate = state.withLock { state in
            if !state.isOver { state.timer = timer }
            return state.isOver
        }
        if isLate { timer.cancel() }
        // What came before it followed.
        lookAgain()
    }

    private func lookAgain() {
        let facts = look()
        if facts.isSettled { complete(facts) }
    }

    private func complete(_ facts: ClipFacts) { if end() { responder.complete(answer(facts)) } }

    /// - Returns: false if it had ended before.
    private func end() -> Bool {
        let (wasOver, follows, timer) = state.withLock { state in
            defer { (state.isOver, state.follows, state.timer) = (true, [], nil) }
            return (state.isOver, state.follows, state.timer)
        }
        timer?.cancel()
        for follow in follows { clipState.unfollow(follow.id, follow.number) }
        return !wasOver
    }
}
