import Bounded
import Synchronization

/// A store behind a circuit: while it is down, calls fail at once with `.resting` and don't reach it.
public struct GuardedStore: ObjectStore {
    private let store: any ObjectStore
    private let circuit: Circuit
    private let lastPut = LastPut()

    public init(_ store: any ObjectStore, circuit: Circuit) {
        self.store = store
        self.circuit = circuit
    }

    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        try await guarded { () async throws(ObjectStoreFault) in try await store.list(prefix: prefix, limit: limit) }
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        try await guarded { () async throws(ObjectStoreFault) in try await store.head(key) }
    }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try await guarded { () async throws(ObjectStoreFault) in
            try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
        }
    }

    /// The outcome of reading the body counts too, except for the call that decides whether the store is back: a reader may take
    /// its time, and the others wait for the decision.
    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let pass: Circuit.Pass
        switch circuit.enter() {
        case .refused(let retryAfter): throw .resting(retryAfter)
        case .pass(let given): pass = given
        }
        let stream: ObjectStream
        do throws(ObjectStoreFault) {
            stream = try await store.read(key, range: range, ifMatch: ifMatch, bufferBytes: bufferBytes)
        } catch {
            circuit.settle(pass, error.evidence)
            throw error
        }
        guard !pass.isProbe else {
            circuit.settle(pass, .answered)
            return stream
        }
        let watched = WatchedBody(circuit, pass)
        let body = stream.body
        return ObjectStream(
            info: stream.info, range: stream.range,
            body: ObjectBody { () async throws(ObjectStoreFault) in try await watched.next(of: body) })
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        do throws(ObjectStoreFault) {
            let outcome = try await guarded { () async throws(ObjectStoreFault) in
                try await store.put(key, bytes, attributes: attributes, condition: condition)
            }
            // Nothing was stored where something lies already.
            if case .stored = outcome { lastPut.note(nil) }
            return outcome
        } catch {
            // What was not sent, or was cancelled, says nothing of the store.
            if error.evidence != .none { lastPut.note(error) }
            throw error
        }
    }

    /// Why the last PUT that the store was asked for was not done; nil if it was, or there was none.
    public var lastPutFault: ObjectStoreFault? { lastPut.fault }

    /// A PUT that did not come this way was done.
    public func putSucceeded() { lastPut.note(nil) }

    public func delete(_ key: String) async throws(ObjectStoreFault) {
        try await guarded { () async throws(ObjectStoreFault) in try await store.delete(key) }
    }

    private func guarded<Value>(
        _ call: () async throws(ObjectStoreFault) -> Value
    ) async throws(ObjectStoreFault) -> Value {
        try await circuit.run(refusal: { .resting($0) }, evidence: \.evidence, call)
    }
}

/// What the last PUT came to.
private final class LastPut: Sendable {
    private let last = Mutex<ObjectStoreFault?>(nil)
    var fault: ObjectStoreFault? { last.withLock { $0 } }
    func note(_ fault: ObjectStoreFault?) { last.withLock { $0 = fault } }
}

/// Settles a pass with what a body came to: its end, its fault, or that its reader let go of it.
private final class WatchedBody: Sendable {
    private let circuit: Circuit
    private let pass: Circuit.Pass
    private let isSettled = Atomic(false)

    init(_ circuit: Circuit, _ pass: Circuit.Pass) {
        self.circuit = circuit
        self.pass = pass
    }

    deinit { settle(.answered) }

    func next(of body: ObjectBody) async throws(ObjectStoreFault) -> [UInt8]? {
        var iterator = body.makeAsyncIterator()
        do throws(ObjectStoreFault) {
            let piece = try await iterator.next()
            if piece == nil { settle(.answered) }
            return piece
        } catch {
            settle(error.evidence)
            throw error
        }
    }

    private func settle(_ evidence: Circuit.Evidence) {
        if !isSettled.exchange(true, ordering: .relaxed) { circuit.settle(pass, evidence) }
    }
}

extension ObjectStoreFault {
    /// What it says about the store. A refusal is an answer; what never reached the store says nothing.
    var evidence: Circuit.Evidence {
        switch self {
        case .slowDown, .unavailable, .unreachable, .truncated, .malformedAnswer, .storage, .untrusted: .failed
        case .timedOut(let phase): phase == .queue ? .none : .failed
        case .missingBucket, .missingObject, .denied, .sourceChanged, .rangeNotSatisfiable, .refused, .tooLarge:
            .answered
        case .invalidKey, .invalidAttribute, .busy, .resting, .noCredentials, .cancelled: .none
        }
    }
}
