import Glibc
import Logging
import ObjectStore
import Synchronization
import Text

/// The clips folder as a store that keeps within its limits, and knows whether it takes what is put.
///
/// A bucket has a lifecycle rule for that, and an operator who watches it. A folder has only this.
final class ClipsFolder: ForwardingStore {
    private struct State {
        /// On disk, since the last sweep.
        var bytes = 0
        var problem: String?
        /// When clips were handed out, by key, in seconds since 1970.
        var handedOut: [String: Int64] = [:]
    }

    private static let mostHandedOut = 20_000
    /// What must be free for the folder not to be called full: the largest clips.
    private static let room: UInt64 = 64 << 20

    let folder: FolderObjectStore
    var store: any ObjectStore { folder }
    private let limits: FolderLimits
    private let log: Log
    private let gone: @Sendable (_ key: String) -> Void
    private let state = Mutex(State())
    private let over: AsyncStream<Void>
    private let isOver: AsyncStream<Void>.Continuation

    /// - Parameter gone: hears of each object that is there no more.
    init(
        _ folder: FolderObjectStore, limits: FolderLimits, log: Log, gone: @escaping @Sendable (_ key: String) -> Void
    ) {
        self.folder = folder
        self.limits = limits
        self.log = log
        self.gone = gone
        (over, isOver) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Why nothing can be put at present, in a few words; nil if it can.
    var problem: String? { state.withLock(\.problem) }

    /// A URL of the clip was given to somebody: it was used.
    func handedOut(_ key: String, at now: Int64) {
        state.withLock { state in
            guard state.handedOut.count < Self.mostHandedOut || state.handedOut[key] != nil else { return }
            state.handedOut[key] = now
        }
    }

    /// Keeps the folder within its limits until the task is cancelled.
    func watch(sweepEvery pause: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                for await _ in over { await sweep() }
            }
            group.addTask { [self] in
                while !Task.isCancelled {
                    isOver.yield()
                    do { try await Task.sleep(for: pause) } catch { return }
                }
            }
            group.addTask { [self] in
                while !Task.isCancelled {
                    await look()
                    do { try await Task.sleep(for: .seconds(10)) } catch { return }
                }
            }
            await group.waitForAll()
        }
    }

    /// Removes what is too old or too much, and says what is there no more.
    func sweep() async {
        let uses = state.withLock { state in
            defer { state.handedOut = [:] }
            return state.handedOut
        }
        do throws(ObjectStoreFault) {
            let swept = try await folder.sweep(within: limits, lastUse: uses, now: WallTime.now().seconds)
            state.withLock { $0.bytes = swept.bytes }
            for key in swept.removed { gone(key) }
            // What a person took out of the folder by hand, as far as it was handed out lately.
            for key in uses.keys where try await store.head(key) == nil { gone(key) }
            guard !swept.removed.isEmpty else { return }
            log.info(
                "Clips were removed",
                ["removed": .int(swept.removed.count), "left": .int(swept.objects), "bytes": .int(swept.bytes)])
        } catch {
            guard error != .cancelled else { return }
            log.warning("The clips folder could not be swept", ["reason": .string(Self.words(for: error))])
        }
    }

    /// Whether a clip could be put now.
    private func look() async {
        do throws(ObjectStoreFault) {
            try await folder.checkWritable(room: Self.room)
            note(nil)
        } catch {
            if error != .cancelled, error != .busy { note(error) }
        }
    }

    private func note(_ fault: ObjectStoreFault?) {
        let problem = fault.map { Self.words(for: $0) }
        let before = state.withLock { state in
            defer { state.problem = problem }
            return state.problem
        }
        guard before != problem else { return }
        if let problem {
            log.error("The clips folder takes no clips", ["reason": .string(problem)])
        } else {
            log.info("The clips folder takes clips again")
        }
    }

    private static func words(for fault: ObjectStoreFault) -> String {
        switch fault {
        case .storage(errno: ENOSPC), .storage(errno: EDQUOT): "full"
        case .storage(let code): String(cString: strerror(code))
        case .denied(let code): code
        case .missingBucket: "the folder is gone"
        default: fault.slug
        }
    }

    // MARK: - As a store

    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        let outcome: PutOutcome
        do throws(ObjectStoreFault) {
            outcome = try await store.put(key, bytes, attributes: attributes, condition: condition)
        } catch {
            switch error {
            case .storage, .denied, .missingBucket: note(error)
            default: break
            }
            throw error
        }
        if case .stored = outcome {
            // In blocks, and one for the attributes, as a sweep counts.
            let onDisk = (bytes.count + 4095) / 4096 * 4096 + 4096
            let isTooMuch = state.withLock { state in
                state.bytes += onDisk
                return state.bytes > limits.bytes
            }
            if isTooMuch { isOver.yield() }
        }
        return outcome
    }
}
