/// What is asked of the gateway next, and when: clips that wait to be asked for, and clips that are being made.
///
/// It calls nobody and has no clock of its own. Clips are asked for in the order in which they came, no more than so many are
/// being made at once, and what is being made is looked at in growing pauses.
struct WarmQueue {
    struct Settings: Sendable {
        /// Clips that were asked for and are not ready: enough that cutters never wait for the next look.
        var atOnce = 500
        var batch = WarmGateway.mostClips
        /// Clips that may be begun in all.
        var mostClips: Int?
        /// Bytes that they may take, by estimate.
        var mostBytes: Int64?
        /// How long a clip may take, and how long the gateway may refuse everything.
        var giveUpAfter = Duration.seconds(1800)
        /// After which a clip is asked for again that is not ready: its request may have been lost, or have failed.
        var askAgainAfter = Duration.seconds(120)
        /// How long the gateway may be out of reach.
        var unreachableAfter = Duration.seconds(120)
        /// Nothing is made: clips are only looked at, once.
        var looksOnly = false
    }

    enum Step: Equatable {
        /// The next clips are wanted: by `add`, `sourceIsIdle` or `sourceHasEnded`.
        case read
        /// To be made; the answers by `took`.
        case ask([WarmClip])
        case look([WarmClip])
        case wait(until: ContinuousClock.Instant)
        case end(End)
    }

    enum End: Equatable {
        case done
        /// What is left was not asked for: there are as many clips, or bytes, as there may be.
        case budget
        /// The gateway has refused everything for too long, was out of reach, or wants another key.
        case stopped(why: String)
    }

    struct Outcome: Equatable {
        enum Result: Equatable {
            case ready
            case made
            /// Not ready, and only looked at.
            case missing
            case failed(reason: String, detail: String)
            /// Not ready in time.
            case late
        }

        let clip: WarmClip
        let result: Result
    }

    private struct Pending {
        let clip: WarmClip
        let began: ContinuousClock.Instant
        var asked: ContinuousClock.Instant
        var look: ContinuousClock.Instant
    }

    private let settings: Settings
    private let estimate: WarmEstimate
    private var pace: Pace?
    private var waiting: [WarmClip] = []
    private var pending: [Pending] = []
    /// Of both.
    private var known: Set<WarmClip> = []
    private var isSourceOpen = true
    private var sourceIdleUntil: ContinuousClock.Instant
    /// Until then nothing new is asked for, since the gateway has said so of clips.
    private var asksFrom: ContinuousClock.Instant
    /// Until then nothing is asked at all, since the gateway did not answer.
    private var callsFrom: ContinuousClock.Instant
    private var lostCalls = 0
    private var lastAnswer: ContinuousClock.Instant
    private var lastProgress: ContinuousClock.Instant
    private var isStopped = false
    private var why = ""
    /// Clips that were begun, and their bytes by estimate.
    private(set) var begun = 0
    private(set) var begunBytes: Int64 = 0

    init(_ settings: Settings, _ estimate: WarmEstimate, pace: Pace?, at now: ContinuousClock.Instant) {
        self.settings = settings
        self.estimate = estimate
        self.pace = pace
        (sourceIdleUntil, asksFrom, callsFrom, lastAnswer, lastProgress) = (now, now, now, now, now)
    }

    var pendingCount: Int { pending.count }
    var waitingCount: Int { waiting.count }

    // MARK: - Clips

    /// - Returns: how many of them are here already.
    mutating func add(_ clips: [WarmClip]) -> Int {
        let fresh = clips.filter { known.insert($0).inserted }
        waiting += fresh
        return clips.count - fresh.count
    }

    mutating func sourceIsIdle(at now: ContinuousClock.Instant) { sourceIdleUntil = now + .milliseconds(50) }
    mutating func sourceHasEnded() { isSourceOpen = false }

    // MARK: - What is next

    mutating func next(at now: ContinuousClock.Instant) -> Step {
        if callsFrom > now { return .wait(until: callsFrom) }
        if isStopped || isStuck(at: now) { return .end(.stopped(why: why)) }
        let due = pending.filter { $0.look <= now }.prefix(settings.batch).map(\.clip)
        if due.count == settings.batch { return .look(due) }
        if asksFrom <= now {
            let again = pending.filter { now - $0.asked >= settings.askAgainAfter }.prefix(settings.batch).map(\.clip)
            if !again.isEmpty { return .ask(again) }
            if wantsMore, sourceIdleUntil <= now { return .read }
            let chosen = affordable(at: now)
            if !chosen.isEmpty { return settings.looksOnly ? .look(chosen) : .ask(chosen) }
        }
        if !due.isEmpty { return .look(due) }
        if pending.isEmpty {
            if waiting.isEmpty, !isSourceOpen { return .end(.done) }
            if isBudgetSpent { return .end(.budget) }
        }
        return .wait(until: wakeUp(after: now))
    }

    /// Beyond the budget one more is wanted, to know whether anything is left.
    private var wantsMore: Bool {
        isSourceOpen && waiting.count < settings.batch && (waiting.isEmpty || !isBudgetSpent)
    }

    /// Whether the gateway is out of reach for too long, or has refused everything for too long.
    private func isStuck(at now: ContinuousClock.Instant) -> Bool {
        if lostCalls > 0, now - lastAnswer >= settings.unreachableAfter { return true }
        let isRefused = lostCalls > 0 || asksFrom > now
        return isRefused && pending.isEmpty && now - lastProgress >= settings.giveUpAfter
    }

    private var isBudgetSpent: Bool {
        if let most = settings.mostClips, begun >= most { return true }
        guard let most = settings.mostBytes, let first = waiting.first else { return false }
        return begunBytes + estimate.bytes(of: first) > most
    }

    /// Those in front that may be asked for now: by the pace, by what is being made, and by the budget.
    private func affordable(at now: ContinuousClock.Instant) -> [WarmClip] {
        var room = min(settings.batch, settings.atOnce - pending.count, waiting.count)
        if let most = settings.mostClips { room = min(room, most - begun) }
        if let most = settings.mostBytes {
            var bytes = begunBytes
            room = min(
                room,
                waiting.prefix(max(0, room)).prefix { clip in
                    bytes += estimate.bytes(of: clip)
                    return bytes <= most
                }.count)
        }
        guard room > 0, let pace else { return Array(waiting.prefix(max(0, room))) }
        // A call for each clip would cost more than the clip.
        guard pace.time(for: room, at: now) <= now else { return [] }
        return Array(waiting.prefix(min(room, pace.available(at: now))))
    }

    private func wakeUp(after now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        var wakeUp = now + .seconds(1)
        for one in pending { wakeUp = min(wakeUp, one.look) }
        if asksFrom > now { wakeUp = min(wakeUp, asksFrom) }
        if isSourceOpen { wakeUp = min(wakeUp, max(sourceIdleUntil, now + .milliseconds(50))) }
        if let pace, !waiting.isEmpty {
            let count = min(settings.batch, waiting.count)
            wakeUp = min(wakeUp, pace.time(for: count, at: now))
        }
        return max(wakeUp, now + .milliseconds(5))
    }

    // MARK: - What came of it

    /// The gateway has answered.
    ///
    /// - Parameter asked: they were to be made.
    /// - Returns: of those clips with which nothing more is to be done.
    mutating func took(
        _ answers: [BatchAnswer], to clips: [WarmClip], asked: Bool, at now: ContinuousClock.Instant
    ) -> [Outcome] {
        (lostCalls, lastAnswer) = (0, now)
        let places = Dictionary(uniqueKeysWithValues: pending.enumerated().map { ($0.element.clip, $0.offset) })
        let fresh = clips.count { places[$0] == nil }
        waiting.removeFirst(fresh)
        if fresh > 0 { pace?.take(fresh, at: now) }
        var (refused, ended, outcomes, free): ([WarmClip], Set<WarmClip>, [Outcome], Int) = ([], [], [], 0)
        for (clip, answer) in zip(clips, answers) {
            let place = places[clip]
            var result: Outcome.Result?
            switch answer {
            case .ready:
                result = place == nil ? .ready : .made
                if place == nil { free += 1 }
            case .failed(let reason, let detail): result = .failed(reason: reason, detail: detail)
            case .unauthorized(let detail):
                stop("the gateway wants a valid key (--key-file, CUTROOM_KEY): \(detail)")
                if place == nil { refused.append(clip) }
            case .pending:
                if let place { lookLater(place, asked: asked, at: now) } else { result = begin(clip, at: now) }
            case .later(let pause, let why):
                if asked || place == nil { asksFrom = max(asksFrom, now + pause) }
                self.why = why
                if let place { lookLater(place, asked: false, at: now) } else { refused.append(clip) }
            }
            if let result {
                outcomes.append(Outcome(clip: clip, result: result))
                ended.insert(clip)
            }
        }
        if fresh > refused.count || !ended.isEmpty { lastProgress = now }
        pace?.giveBack(free + refused.count)
        waiting.insert(contentsOf: refused, at: 0)
        pending.removeAll { ended.contains($0.clip) }
        known.subtract(ended)
        return outcomes + late(at: now)
    }

    /// The gateway did not answer.
    ///
    /// - Parameter pause: as it said; nil: it said nothing.
    mutating func lost(_ pause: Duration?, why: String, at now: ContinuousClock.Instant) {
        lostCalls += 1
        self.why = why
        // It answered, if only that it is not able to.
        if let pause { lastAnswer = now + pause }
        let backoff = Duration.milliseconds(500) * (1 << min(lostCalls, 6))
        callsFrom = now + (pause ?? min(backoff, .seconds(30)))
    }

    /// The gateway will answer nothing that is asked so.
    mutating func stop(_ why: String) { (isStopped, self.why) = (true, why) }

    private mutating func begin(_ clip: WarmClip, at now: ContinuousClock.Instant) -> Outcome.Result? {
        begun += 1
        begunBytes += estimate.bytes(of: clip)
        if settings.looksOnly { return .missing }
        pending.append(Pending(clip: clip, began: now, asked: now, look: now + .seconds(1)))
        return nil
    }

    private mutating func lookLater(_ place: Int, asked: Bool, at now: ContinuousClock.Instant) {
        if asked { pending[place].asked = now }
        let age = now - pending[place].began
        pending[place].look = now + min(max(age / 2, .milliseconds(500)), .seconds(10))
    }

    /// Those that have taken too long: they may be ready later, and the next run will find them so.
    private mutating func late(at now: ContinuousClock.Instant) -> [Outcome] {
        let late = pending.filter { now - $0.began >= settings.giveUpAfter }.map(\.clip)
        guard !late.isEmpty else { return [] }
        known.subtract(late)
        let gone = Set(late)
        pending.removeAll { gone.contains($0.clip) }
        return late.map { Outcome(clip: $0, result: .late) }
    }
}
