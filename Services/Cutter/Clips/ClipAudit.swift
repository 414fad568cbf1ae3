import Domain
import Hashing
import Health
import Logging
import Synchronization
import Traces

/// Looks at one in so many clips after they were published, away from the requests: one at a time, and those that find its
/// queue full are passed over. A clip that is not what it is said to be is made again by decoding and encoding, stored over
/// the first, and announced again.
///
/// Which clips are looked at follows from their keys alone.
final class ClipAudit: Sendable {
    struct Counts: Sendable, Equatable {
        var audited = 0
        /// Of those, the ones that were not right.
        var faulty = 0
        /// Of those, the ones that were replaced.
        var remade = 0
        /// That could not be looked at, for reasons that say nothing about the clip.
        var unfinished = 0
        /// That found the queue full.
        var dropped = 0
    }

    /// Who was told that the clip is ready, and has to be told again.
    struct Asker: Sendable {
        let clipID: ClipID
        var snapped: Snapped?
        let trace: TraceContext
    }

    struct Published: Sendable {
        let key: ObjectKey
        let order: CutJob
        let durationMs: Int32
        var askers: [Asker]
    }

    private struct State {
        var waiting: [Published] = []
        var current: Published?
        var worker: Task<Void, Never>?
        var counts = Counts()
        var closed = false
    }

    private let every: Int
    private let queueLimit: Int
    private let checker: any ClipChecker
    private let remaker: any ClipMaker
    private let clipStore: ClipStore
    private let announce: @Sendable (ClipReady, TraceContext) async -> Void
    private let log: Log
    private let state = Mutex(State())
    /// For making one clip again.
    private static let remakeLimit = Duration.seconds(120)

    /// - Parameters:
    ///   - every: one in so many; 0: none.
    ///   - remaker: makes clips by decoding, whatever the source, of the very stretch that the first was made of.
    ///   - announce: publishes the event; a clip that it can't announce is found by whoever asks next.
    init(
        every: Int, queueLimit: Int = 32, checker: any ClipChecker, remaker: any ClipMaker, clipStore: ClipStore,
        log: Log,
        announce: @escaping @Sendable (ClipReady, TraceContext) async -> Void
    ) {
        self.every = every
        self.queueLimit = queueLimit
        self.checker = checker
        self.remaker = remaker
        self.clipStore = clipStore
        self.log = log
        self.announce = announce
    }

    var counts: Counts { state.withLock(\.counts) }

    /// Whether clips under this key are looked at.
    static func chooses(_ key: ObjectKey, oneIn every: Int) -> Bool {
        guard every > 1 else { return every == 1 }
        let number = SHA256.digest(key.description).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return number.isMultiple(of: UInt64(every))
    }

    /// Takes note of a clip that was stored now; returns at once. What is not sound no decoder can judge.
    func consider(_ published: Published) {
        guard published.key.format.isAudio, Self.chooses(published.key, oneIn: every) else { return }
        let dropped = state.withLock { state -> Bool in
            guard !state.closed else { return false }
            // One object, asked for under several ids.
            if state.current?.key == published.key {
                state.current?.askers += published.askers
            } else if let place = state.waiting.firstIndex(where: { $0.key == published.key }) {
                state.waiting[place].askers += published.askers
            } else if state.waiting.count >= queueLimit {
                state.counts.dropped += 1
                return true
            } else {
                state.waiting.append(published)
                if state.worker == nil {
                    state.worker = Task(priority: .background) {
                        await LogContext.none { await Span.none { await work() } }
                    }
                }
            }
            return false
        }
        if dropped { log.debug("A clip is not audited, because too many wait for it") }
    }

    /// Returns when nothing waits any more.
    func idle() async {
        while let worker = state.withLock(\.worker) { await worker.value }
    }

    /// Ends what is under way and looks at nothing more.
    func close() async {
        let worker = state.withLock { state in
            state.closed = true
            state.waiting = []
            return state.worker
        }
        worker?.cancel()
        await worker?.value
        let counts = counts
        guard counts != Counts() else { return }
        log.info("The audit of clips ends", fields(counts))
    }

    private func work() async {
        while let published = next() { await look(at: published) }
    }

    private func next() -> Published? {
        state.withLock { state in
            state.current = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
            if state.current == nil { state.worker = nil }
            return state.current
        }
    }

    private func count(_ change: (inout Counts) -> Void) { state.withLock { change(&$0.counts) } }

    private func look(at published: Published) async {
        let log = log.with(["object_key": .string(published.key.description)])
        do throws(ClipFault) {
            guard let bytes = try await clipStore.bytes(of: published.key) else { return }
            let faults = try await faults(of: bytes, published.key.format, published.durationMs)
            count { $0.audited += 1 }
            guard !faults.isEmpty else { return }
            count { $0.faulty += 1 }
            log.error(
                "A published clip is not right and is made again",
                fields(counts).adding(["faults": .string(faults.joined(separator: " | "))]))
            try await remake(published)
        } catch {
            count { $0.unfinished += 1 }
            guard !Task.isCancelled else { return }
            log.warning(
                "The audit of a clip came to no end",
                ["reason": .string(error.reason.rawValue), "detail": .string(error.detail)])
        }
    }

    private func faults(
        of bytes: [UInt8], _ format: ClipFormat, _ durationMs: Int32
    ) async throws(ClipFault) -> [String] {
        do throws(FFmpegFault) {
            return try await checker.faults(in: bytes, format: format, duration: .milliseconds(durationMs))
        } catch { throw error.clipFault(start: .zero) }
    }

    private func remake(_ published: Published) async throws(ClipFault) {
        var order = published.order
        order.deadline = .after(Self.remakeLimit)
        let clip = try await remaker.make(order)
        let faults = try await faults(of: clip.bytes, published.key.format, clip.durationMs)
        guard faults.isEmpty else {
            throw ClipFault(.cutFailed, "made again it is not right either: \(faults.joined(separator: " | "))")
        }
        // Whoever took the clip away meanwhile, as a takedown does, does not want another one.
        if case .absent = try await clipStore.look(for: published.key) { return }
        guard
            let stored = try await clipStore.put(
                clip, at: published.key, source: order.source, title: order.title, replacing: true)
        else { return }
        let askers = state.withLock { state in
            state.counts.remade += 1
            return state.current?.askers ?? []
        }
        for asker in askers {
            await announce(
                clipStore.ready(
                    asker.clipID, published.key, stored, sourceCheckedAt: order.source.checkedAt,
                    snapped: asker.snapped),
                asker.trace)
        }
    }

    private func fields(_ counts: Counts) -> LogFields {
        [
            "audited": .int(counts.audited), "faulty": .int(counts.faulty), "remade": .int(counts.remade),
            "unfinished": .int(counts.unfinished), "dropped": .int(counts.dropped),
        ]
    }
}

extension HealthRegistry {
    /// What the audit has come to, for operators.
    func follow(_ audit: ClipAudit) {
        count("audits_done") { audit.counts.audited }
        count("audits_faulty") { audit.counts.faulty }
        count("audits_remade") { audit.counts.remade }
        count("audits_unfinished") { audit.counts.unfinished }
        count("audits_dropped") { audit.counts.dropped }
    }
}
