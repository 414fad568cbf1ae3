import Domain
import Episodes
import Synchronization

/// Brings what is to be counted to the store, what comes meanwhile of the same clip and day together: each of the store's
/// documents is written by one caller at a time, and the more there is to do, the more goes into one write.
///
/// What waits is bounded by the records that are in hand, each of which waits here.
final class PlayBook: Sendable {
    private typealias Answer = Result<ClipDay.Taken, CatalogFault>

    private struct Waiting {
        let item: CountedPlay
        let answer: CheckedContinuation<Answer, Never>
    }

    private struct Group {
        let place: ClipDay.Place
        var waiting: [Waiting] = []
    }

    private struct State {
        var groups: [ClipDay.Key: Group] = [:]
        /// Those of the groups that nobody writes; in two parts, so that the first is taken without moving the others.
        var newer: [ClipDay.Key] = []
        var older: [ClipDay.Key] = []
        var writing: Set<ClipDay.Key> = []

        mutating func add(_ waiting: Waiting, to key: ClipDay.Key, of place: ClipDay.Place) {
            if groups[key] == nil {
                groups[key] = Group(place: place)
                if !writing.contains(key) { newer.append(key) }
            }
            groups[key]?.waiting.append(waiting)
        }

        mutating func next() -> (ClipDay.Key, Group)? {
            if older.isEmpty { (older, newer) = (newer.reversed(), []) }
            guard let key = older.popLast(), let group = groups.removeValue(forKey: key) else { return nil }
            writing.insert(key)
            return (key, group)
        }

        mutating func written(_ key: ClipDay.Key) {
            writing.remove(key)
            if groups[key] != nil { newer.append(key) }
        }
    }

    private let store: any PlayStore
    private let width: Int
    private let state = Mutex((state: State(), workers: 0))

    /// - Parameter width: writes at once.
    init(_ store: any PlayStore, width: Int) {
        self.store = store
        self.width = max(1, width)
    }

    /// Returns when it is kept.
    func add(
        _ item: CountedPlay, to clip: ClipID, of place: ClipDay.Place
    ) async throws(CatalogFault) -> ClipDay.Taken {
        let answer: Answer = await withCheckedContinuation { answer in
            let isWanted = state.withLock { state in
                state.state.add(
                    Waiting(item: item, answer: answer), to: ClipDay.Key(clip: clip, at: item.at), of: place)
                guard state.workers < width else { return false }
                state.workers += 1
                return true
            }
            if isWanted { Task { await work() } }
        }
        return try answer.get()
    }

    private func work() async {
        while let (key, group) = next() {
            let answers: [Answer]
            do throws(CatalogFault) {
                answers = try await store.add(group.waiting.map(\.item), to: key, of: group.place).map { .success($0) }
            } catch {
                answers = group.waiting.map { _ in .failure(error) }
            }
            state.withLock { $0.state.written(key) }
            for (waiting, answer) in zip(group.waiting, answers) { waiting.answer.resume(returning: answer) }
        }
    }

    /// Nil ends a worker.
    private func next() -> (ClipDay.Key, Group)? {
        state.withLock { state in
            let next = state.state.next()
            if next == nil { state.workers -= 1 }
            return next.map { ($0.0, $0.1) }
        }
    }
}
