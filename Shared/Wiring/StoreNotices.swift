import Logging
import ObjectStore
import Synchronization

/// What a bucket's store refuses, in the log, and the last of it for each action, for the service's health.
public final class StoreNotices: Sendable {
    private struct State {
        var last: [String: S3Refusal] = [:]
        /// By action and code, so that many refusals of one kind don't hide another one.
        var bounds: [String: RateBound] = [:]
    }

    /// Of actions and codes there are few; a store that makes up more shares the last bound.
    private static let mostKinds = 32
    private static let linesPerMinute = 4

    private let bucket: String
    private let log: Log
    private let state = Mutex(State())

    /// - Parameter bucket: as operators know it: `clips bucket`.
    public init(bucket: String, log: Log) {
        self.bucket = bucket
        self.log = log
    }

    public func take(_ notice: S3Notice) {
        switch notice {
        case .refused(let refusal):
            let kind = "\(refusal.action) \(refusal.status) \(refusal.code)"
            let bound = state.withLock { state in
                state.last[refusal.action] = refusal
                if let bound = state.bounds[kind] { return bound }
                let isFull = state.bounds.count >= Self.mostKinds
                let bound = state.bounds[isFull ? "" : kind] ?? RateBound(perMinute: Self.linesPerMinute)
                state.bounds[isFull ? "" : kind] = bound
                return bound
            }
            log.warning(
                "The object store refused a call",
                [
                    "bucket": .string(bucket), "action": .string(refusal.action), "status": .int(refusal.status),
                    "code": .string(refusal.code), "store_says": .string(refusal.message),
                    "key": .string(refusal.key ?? ""),
                ], bound: bound)
        case .goesWithout(let part):
            log.warning(
                "The object store refuses a part of every PUT, and gets them without it from now on",
                ["bucket": .string(bucket), "part": .string(part.rawValue)])
        }
    }

    /// What is known of a fault of a call with `action`, for people: the store's own words where it had any.
    public func explain(_ fault: ObjectStoreFault, of action: String) -> String {
        switch fault {
        case .denied, .refused, .missingBucket, .unavailable, .slowDown:
            guard let refusal = state.withLock({ $0.last[action] }) else { return "\(fault.slug): \(action)" }
            return "\(fault.slug): \(refusal.sentence)"
        case .unreachable(let reason), .untrusted(let reason), .noCredentials(let reason),
            .malformedAnswer(let reason):
            return "\(fault.slug): \(reason)"
        case .missingObject, .sourceChanged, .rangeNotSatisfiable, .timedOut, .truncated, .tooLarge, .invalidKey,
            .invalidAttribute, .busy, .resting, .storage, .cancelled:
            return fault.slug
        }
    }
}
