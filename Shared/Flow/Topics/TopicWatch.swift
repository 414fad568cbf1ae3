import Kafka
import Logging
import Synchronization
import Wiring

/// Looks after the topics of one service as long as it runs: makes those that are missing, says what is wrong with them,
/// and tells readers when one was made anew.
public final class TopicWatch: Sendable {
    /// For one answer of the brokers.
    private static let patience = Duration.seconds(2)
    private static let betweenSettings = Duration.seconds(30)
    /// How long a topic that was deleted stays away before it is made again: until every client of every service has
    /// seen that it is gone. They look every 2 s, and watches like this one every 3 s.
    ///
    /// A client that knew a topic and is told of another by the same name keeps what it has freed, and ends its process
    /// soon after: librdkafka from 2.4 to 2.9, https://github.com/confluentinc/librdkafka/issues/4964
    private static let absence = Duration.seconds(6)
    /// The client asks one broker at a time, and one that is frozen may be the first.
    private static let unansweredLimit = Duration.seconds(20)

    /// Nil on the embedded broker, whose topics are there.
    private let inspector: TopicInspector?
    private let ownsInspector: Bool
    private let log: Log
    private let waitingBound = RateBound(perMinute: 6)
    private let problemBound = RateBound(perMinute: 30)
    private let state = Mutex(State())

    /// - Throws: `.settingRefused`, `.clientNotStarted`.
    public init(of broker: BrokerSettings, kafka: KafkaSettings, log: Log) throws(KafkaFault) {
        self.log = log
        inspector = broker.isEmbedded ? nil : try TopicInspector(kafka)
        ownsInspector = true
    }

    /// For other topics, by the client of a watch that ends later.
    init(beside other: TopicWatch, log: Log) {
        self.log = log
        (inspector, ownsInspector) = (other.inspector, false)
    }

    /// What keeps the service from its work, in words for operators; empty where nothing does.
    ///
    /// Only what the brokers have said: that none answers is not among it, see `isUnanswered`.
    public var problems: [String] {
        guard inspector != nil else { return [] }
        return state.withLock { $0.problems ?? ["the brokers have not said yet whether the topics are there"] }
    }

    /// Whether no broker has answered for so long that nobody knows how the topics are.
    public var isUnanswered: Bool {
        guard inspector != nil else { return false }
        return state.withLock { state in
            state.answeredAt.map { $0.duration(to: .now) > Self.unansweredLimit } ?? true
        }
    }

    /// - Parameter reader: is told the name of a topic, and what became of it.
    public func whenChanged(_ reader: @escaping @Sendable (String, TopicChange) -> Void) {
        state.withLock { $0.readers.append(reader) }
    }

    /// Waits for the brokers as long as it takes, makes missing topics, and then goes on looking until `end`.
    ///
    /// What only an operator can mend, such as a right, is not waited for: it is said, and looked at again and again.
    ///
    /// - Parameters:
    ///   - needs: of this service and no other.
    ///   - stopping: returns when the service should stop, or its task is cancelled.
    /// - Returns: false if the service was stopped before the brokers answered.
    public func begin(_ needs: [TopicNeed], stopping: @escaping @Sendable () async -> Void) async -> Bool {
        guard inspector != nil else { return true }
        state.withLock { $0.needs = needs }
        let isThere = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    let pace = await self.look()
                    if pace == .well || pace == .wrong { return true }
                    guard (try? await Task.sleep(for: pace.pause)) != nil else { break }
                }
                return false
            }
            group.addTask {
                await stopping()
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        guard isThere else { return false }
        let looking = Task {
            while !Task.isCancelled {
                let pause = self.state.withLock { $0.problems?.isEmpty ?? false } ? Pace.well.pause : Pace.wrong.pause
                guard (try? await Task.sleep(for: pause)) != nil else { return }
                if await self.look() == .soon { try? await Task.sleep(for: Pace.soon.pause) }
            }
        }
        state.withLock { $0.looking = looking }
        return true
    }

    public func end() async {
        let looking = state.withLock { $0.looking }
        looking?.cancel()
        await looking?.value
        if ownsInspector { await inspector?.close() }
    }

    private func look() async -> Pace {
        guard let inspector else { return .well }
        let needs = state.withLock { $0.needs }
        let found: [String: TopicState]
        do throws(KafkaFault) {
            found = try await inspector.states(of: needs.map(\.spec.name), within: Self.patience)
        } catch {
            log.warning("Waiting for the broker", ["detail": .string(error.description)], bound: waitingBound)
            return .unanswered
        }
        let isBeginning = state.withLock { state in
            state.answeredAt = .now
            return state.looking == nil
        }
        var problems: [String] = []
        var changed: [(String, TopicChange)] = []
        var isSettling = false
        for need in needs {
            let name = need.spec.name
            switch found[name] ?? .missing {
            case .present(let told):
                state.withLock { $0.missing[name] = nil }
                let facts = withRights(told, of: name)
                let verdict = TopicVerdict.shape(of: facts, beside: need)
                problems += verdict.problems
                isSettling = isSettling || facts.leaderless > 0
                note(verdict.warnings, of: "shape of \(name)", topic: name)
                if let change = change(of: name, to: facts) { changed.append((name, change)) }
            case .missing where !isBeginning && !isLongMissing(name):
                problems.append("topic \(name) is missing and will be made again")
            case .missing:
                do throws(KafkaFault) {
                    if try await inspector.create(need.spec, within: .seconds(5)) {
                        // At the first start they are all missing; later somebody has deleted one.
                        if isBeginning {
                            log.info("A topic is made", ["topic": .string(name)])
                        } else {
                            log.warning("A topic was missing and is made", ["topic": .string(name)])
                        }
                    }
                    problems.append("topic \(name) is missing and is being made")
                    isSettling = true
                } catch {
                    problems.append("topic \(name) is missing and can't be made: \(error.description)")
                    isSettling = isSettling || error.isTransient
                }
            case .denied:
                let rights = need.rights.map(\.rawValue).sorted().joined(separator: " and ")
                problems.append("Kafka denies \(rights), and even Describe, on topic \(name)")
            case .trouble(let code):
                problems.append("topic \(name) can't be used: \(code)")
                isSettling = true
            }
        }
        if changed.contains(where: { $0.1 == .replaced }) { state.withLock { $0.settingsLookedAt = nil } }
        await lookAtSettings(of: found, needs)
        problems += state.withLock { state in needs.flatMap { state.settingProblems[$0.spec.name] ?? [] } }
        tell(problems, inLog: !(isBeginning && isSettling))
        let readers = state.withLock { $0.readers }
        for (name, change) in changed { for reader in readers { reader(name, change) } }
        return isSettling ? .soon : problems.isEmpty ? .well : .wrong
    }

    private func withRights(_ facts: TopicFacts, of topic: String) -> TopicFacts {
        var facts = facts
        state.withLock { state in
            facts.rights = facts.rights ?? state.rights[topic]
            state.rights[topic] = facts.rights
        }
        return facts
    }

    /// Whether a topic that is missing now has been so for long enough to be made again.
    private func isLongMissing(_ name: String) -> Bool {
        state.withLock { state in
            let since = state.missing[name] ?? .now
            state.missing[name] = since
            return since.duration(to: .now) >= Self.absence
        }
    }

    private func change(of name: String, to facts: TopicFacts) -> TopicChange? {
        state.withLock { state in
            let before = (id: state.ids[name], partitions: state.partitions[name])
            state.partitions[name] = facts.partitions
            if let id = facts.id {
                state.ids[name] = id
                if let known = before.id, known != id { return .replaced }
            }
            return before.partitions.map { facts.partitions > $0 } == true ? .grown : nil
        }
    }

    /// Now and then; where the right to see them is missing, their settings are not looked at.
    private func lookAtSettings(of found: [String: TopicState], _ needs: [TopicNeed]) async {
        let present = needs.compactMap { need -> (need: TopicNeed, facts: TopicFacts)? in
            guard case .present(let facts)? = found[need.spec.name] else { return nil }
            return (need, facts)
        }
        let names = present.map(\.need.spec.name)
        let isDue = state.withLock { state in
            let isOld = state.settingsLookedAt.map { $0.duration(to: .now) > Self.betweenSettings } ?? true
            guard isOld || state.settingsLookedFor != names else { return false }
            state.settingsLookedAt = .now
            state.settingsLookedFor = names
            return true
        }
        guard isDue, let inspector, !present.isEmpty else { return }
        let told: [String: Result<[String: String], KafkaFault>]
        do throws(KafkaFault) {
            told = try await inspector.configurations(of: names, within: Self.patience)
        } catch {
            log.debug("The topics' settings can't be looked at", ["detail": .string(error.description)])
            return
        }
        for (need, facts) in present {
            let name = need.spec.name
            switch told[name] {
            case .success(let settings)?:
                let verdict = TopicVerdict.settings(settings, replicas: facts.replicas, beside: need)
                state.withLock { $0.settingProblems[name] = verdict.problems }
                note(verdict.warnings, of: "settings of \(name)", topic: name)
            case .failure(let fault)?:
                state.withLock { $0.settingProblems[name] = nil }
                note(["its settings are not checked: \(fault.description)"], of: "settings of \(name)", topic: name)
            case nil: break
            }
        }
    }

    /// Said when they change.
    private func note(_ warnings: [String], of what: String, topic: String) {
        let new = state.withLock { state in
            let old = state.warnings[what] ?? []
            state.warnings[what] = warnings
            return warnings.filter { !old.contains($0) }
        }
        for warning in new {
            log.warning(
                "A topic is not as configured, and stays as it is",
                ["topic": .string(topic), "detail": .string(warning)])
        }
    }

    /// Said when they change.
    private func tell(_ problems: [String], inLog: Bool) {
        let before = state.withLock { state in
            defer { state.problems = problems }
            return state.problems
        }
        guard inLog, before != problems else { return }
        if problems.isEmpty {
            log.info("The topics are as this service needs them")
        } else {
            log.warning(
                "Kafka lacks what this service needs",
                ["detail": .string(Self.text(problems))], bound: problemBound)
        }
    }
}
