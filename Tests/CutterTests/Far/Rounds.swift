import ObjectStore
import Synchronization

/// Stores that are far away, without any time passing: the calls of a round wait until all of them have come, and are then
/// answered together. A call that belongs to no round is never answered.
///
/// So what ends has waited one after the other for as many answers as there are rounds, and for no more.
final class Rounds: Sendable {
    struct Call: Sendable, CustomStringConvertible {
        let store: String
        let name: String
        let key: String
        var range: Range<UInt64>?

        var description: String {
            "\(name) \(store) \(key)" + (range.map { " \($0.lowerBound)–\($0.upperBound)" } ?? "")
        }
    }

    /// What a call of a round is.
    struct Expected: Sendable {
        let name: String
        let store: String
        var isWanted: @Sendable (Call) -> Bool = { _ in true }

        func matches(_ call: Call) -> Bool { call.name == name && call.store == store && isWanted(call) }
    }

    private struct State {
        var rounds: [[Expected]]
        var here: [UInt64: (continuation: CheckedContinuation<Bool, Never>, call: Call, isOfRound: Bool)] = [:]
        var last: UInt64 = 0
        var isOver = false

        /// Takes a place in the round that is waited for, if there is one.
        mutating func join(_ call: Call) -> Bool {
            guard let place = rounds.first?.firstIndex(where: { $0.matches(call) }) else { return false }
            rounds[0].remove(at: place)
            return true
        }

        mutating func joinWaiting() {
            for (number, waiting) in here.sorted(by: { $0.key < $1.key }) where join(waiting.call) {
                here[number]?.isOfRound = true
            }
        }

        /// - Returns: who is answered now.
        mutating func answered() -> [CheckedContinuation<Bool, Never>] {
            var answered: [CheckedContinuation<Bool, Never>] = []
            while rounds.first?.isEmpty == true {
                rounds.removeFirst()
                let round = here.filter(\.value.isOfRound)
                for number in round.keys { here[number] = nil }
                answered += round.values.map(\.continuation)
                joinWaiting()
            }
            return answered
        }
    }

    private let state: Mutex<State>

    init(_ rounds: [[Expected]]) { state = Mutex(State(rounds: rounds)) }

    /// Rounds behind those that were told before; none of them empty.
    func expect(_ rounds: [[Expected]]) {
        let answered = state.withLock { state in
            let wasOver = state.rounds.isEmpty
            state.rounds += rounds
            if wasOver { state.joinWaiting() }
            return state.answered()
        }
        for waiter in answered { waiter.resume(returning: true) }
    }

    /// What was waited for and did not come.
    var missing: [String] { state.withLock { $0.rounds.flatMap { $0 }.map { "\($0.name) \($0.store)" } } }

    /// What came and was not answered.
    var unanswered: [String] { state.withLock { $0.here.values.map(\.call.description).sorted() } }

    /// Lets go of all that waits; from here on every call is refused.
    func end() {
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.here = [:] }
            return state.here.values.map(\.continuation)
        }
        for continuation in waiting { continuation.resume(returning: false) }
    }

    /// Returns when the call is answered.
    func wait(for call: Call) async throws(ObjectStoreFault) {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        let isAnswered = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (refused, answered) = state.withLock { state -> (Bool, [CheckedContinuation<Bool, Never>]) in
                    guard !state.isOver, !Task.isCancelled else { return (true, []) }
                    state.here[number] = (continuation, call, state.join(call))
                    return (false, state.answered())
                }
                if refused { continuation.resume(returning: false) }
                for waiter in answered { waiter.resume(returning: true) }
            }
        } onCancel: {
            state.withLock { $0.here.removeValue(forKey: number) }?.continuation.resume(returning: false)
        }
        guard isAnswered else { throw .cancelled }
    }
}

/// One of the stores.
struct FarStore: ForwardingStore {
    let store: any ObjectStore
    let name: String
    let rounds: Rounds

    private func wait(_ call: String, _ key: String, _ range: Range<UInt64>? = nil) async throws(ObjectStoreFault) {
        try await rounds.wait(for: .init(store: name, name: call, key: key, range: range))
    }

    func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        try await wait("LIST", prefix)
        return try await store.list(prefix: prefix, limit: limit)
    }

    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        try await wait("HEAD", key)
        return try await store.head(key)
    }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try await wait("GET", key, range)
        return try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
    }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        try await wait("GET", key, range)
        return try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
    }

    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        try await wait("PUT", key)
        return try await store.put(key, bytes, attributes: attributes, condition: condition)
    }
}
