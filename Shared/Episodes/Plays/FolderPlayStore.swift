import Domain
import Synchronization
import Text
import Threads

/// Plays in a folder, for where there is no database: what is counted is added to a file for each day, and all of it is read at the
/// start. It survives a crash, since what was counted is counted once however often it is read.
public final class FolderPlayStore: PlayStore {
    /// Of one day's file; what would come behind it is not counted.
    static let mostDayBytes = 16 << 20

    private struct State {
        var days: [ClipDay.Key: ClipDay] = [:]
        var fileBytes: [Int32: Int] = [:]
        var oldest: Int32 = 0
    }

    private let journal: PlayJournal
    private let limits: PlayLimits
    private let today: @Sendable () -> Int32
    private let threads = BlockingPool(named: "plays", threads: 1, queueLimit: 10_000)
    private let state = Mutex(State())

    /// Opens the folder, or makes it, and reads what is in it.
    ///
    /// - Parameter today: days since 1970.
    /// - Throws: `.refused`, with the system's words.
    public static func open(
        _ folder: String, _ limits: PlayLimits = PlayLimits(),
        today: @escaping @Sendable () -> Int32 = { ClipDay.Key.day(Int64(WallTime.now().milliseconds)) }
    ) async throws(CatalogFault) -> FolderPlayStore {
        let store = FolderPlayStore(folder, limits, today)
        do throws(CatalogFault) {
            try await store.blocking { store throws(PlayJournalFault) in
                try store.journal.open()
                store.forget()
                try store.journal.read(mostBytes: 2 * mostDayBytes) { line in
                    store.state.withLock { state in
                        _ = state.days[line.key, default: ClipDay(line.key, line.place)].take(
                            line.item, limit: limits.perClipAndDay)
                    }
                }
            }
        } catch {
            await store.close()
            throw error
        }
        return store
    }

    private init(_ folder: String, _ limits: PlayLimits, _ today: @escaping @Sendable () -> Int32) {
        journal = PlayJournal(folder: folder)
        self.limits = limits
        self.today = today
    }

    public func close() async { await threads.close() }

    public func add(
        _ items: [CountedPlay], to key: ClipDay.Key, of place: ClipDay.Place
    ) async throws(CatalogFault) -> [ClipDay.Taken] {
        try await blocking { store throws(PlayJournalFault) in
            store.forget()
            let (day, bytes) = store.state.withLock { ($0.days[key], $0.fileBytes[key.day] ?? 0) }
            var after = day ?? ClipDay(key, place)
            guard bytes < Self.mostDayBytes else { return items.map { _ in .full } }
            let taken = items.map { after.take($0, limit: store.limits.perClipAndDay) }
            let lines = zip(items, taken).filter { $0.1 == .counted }.flatMap { PlayLine(key, after.place, $0.0).bytes }
            guard !lines.isEmpty else { return taken }
            let written = try store.journal.append(lines, to: key.day)
            store.state.withLock {
                $0.days[key] = after
                $0.fileBytes[key.day] = written
            }
            return taken
        }
    }

    public func page(of days: ClosedRange<Int32>, after: String?) async throws(CatalogFault) -> PlayPage {
        let found = state.withLock { state in state.days.values.filter { days.contains($0.key.day) } }
        let bare = found.map { ClipDay($0.key, $0.place, hours: $0.hours) }
        return PlayPage(days: bare.sorted { ClipDayDocument.id($0.key) < ClipDayDocument.id($1.key) }, next: nil)
    }

    /// What is older than days are kept.
    private func forget() {
        let oldest = today() - Int32(clamping: limits.keptDays) + 1
        let isNew = state.withLock { state in
            guard oldest > state.oldest else { return false }
            state.oldest = oldest
            state.days = state.days.filter { $0.key.day >= oldest }
            state.fileBytes = state.fileBytes.filter { $0.key >= oldest }
            return true
        }
        if isNew { journal.forget(before: oldest) }
    }

    private func blocking<Value: Sendable>(
        _ body: @escaping @Sendable (FolderPlayStore) throws(PlayJournalFault) -> Value
    ) async throws(CatalogFault) -> Value {
        let result: Result<Value, PlayJournalFault>
        do throws(BlockingPool.Refusal) {
            result = try await threads.run { [self] in
                do throws(PlayJournalFault) { return .success(try body(self)) } catch { return .failure(error) }
            }
        } catch {
            switch error {
            case .full, .noThread: throw .tooManyWaiting
            case .closed: throw .closed
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let fault): throw .refused("plays can't be kept in the folder: \(fault.words)")
        }
    }
}
