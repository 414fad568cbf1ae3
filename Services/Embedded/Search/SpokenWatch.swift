import Domain
import Episodes
import Logging
import SQLite

/// Keeps the index of what is said up to date with a folder, behind those who search.
actor SpokenWatch {
    /// How far the index is.
    struct Progress: Hashable, Sendable {
        /// Episodes whose words can be found.
        var indexed = 0
        /// Those with a transcript that has not been read yet, or not since it changed.
        var waiting = 0
        /// There is no room for further ones.
        var isFull = false
    }

    private struct Known {
        let number: Int64
        let state: EpisodeFolder.Spoken.State
        /// Whether its words are in the index: a file that is no transcript has none.
        var isIndexed: Bool
    }

    private let episodes: EpisodeFolder
    private let index: SpokenIndex
    private let log: Log
    private var known: [ObjectID: Known] = [:]
    private var ids: [Int64: ObjectID] = [:]
    private var nextNumber: Int64 = 1
    private var underWay: Task<Void, Never>?
    private var isClosed = false
    private(set) var progress = Progress()

    init(_ episodes: EpisodeFolder, _ index: SpokenIndex, log: Log) {
        self.episodes = episodes
        self.index = index
        self.log = log
    }

    /// Has the folder looked through, if that is due, and reads what is new; nobody waits for it.
    func refresh() {
        guard underWay == nil, !isClosed else { return }
        underWay = Task {
            await update()
            underWay = nil
        }
    }

    /// Ends what is being read.
    func close() async {
        isClosed = true
        underWay?.cancel()
        await underWay?.value
    }

    func episode(_ number: Int64) -> ObjectID? { ids[number] }

    /// Nil if none of its words can be found.
    func number(of id: ObjectID) -> Int64? { known[id].flatMap { $0.isIndexed ? $0.number : nil } }

    private func update() async {
        let spoken = await episodes.spoken()
        let present = Dictionary(spoken.map { ($0.episode.id, $0) }) { first, _ in first }
        for id in known.keys where present[id] == nil { await forget(id) }
        let changed = spoken.filter { known[$0.episode.id]?.state != $0.state }
        progress.waiting = changed.count
        for item in changed {
            if Task.isCancelled { return }
            await take(item)
            progress.waiting -= 1
        }
    }

    private func take(_ item: EpisodeFolder.Spoken) async {
        let id = item.episode.id
        let number = known[id]?.number ?? nextNumber
        do throws(CatalogFault) {
            let passages = try await episodes.passages(of: item.episode)
            do throws(SQLiteFault) {
                try await index.put(passages, of: number)
                note(item, number, isIndexed: true)
            } catch {
                if !progress.isFull {
                    log.warning(
                        "Not all transcripts can be searched",
                        ["detail": .string(error.message), "indexed": .int(progress.indexed)])
                }
                progress.isFull = progress.isFull || error.kind == .full
                note(item, number, isIndexed: false)
            }
        } catch {
            switch error {
            // It stays as it is until the file changes.
            case .transcriptMissing, .badEpisodeData:
                try? await index.remove(number)
                note(item, number, isIndexed: false)
            // It is tried again when somebody searches.
            default: break
            }
        }
    }

    private func note(_ item: EpisodeFolder.Spoken, _ number: Int64, isIndexed: Bool) {
        if known[item.episode.id] == nil { nextNumber += 1 }
        if known[item.episode.id]?.isIndexed == true { progress.indexed -= 1 }
        if isIndexed { progress.indexed += 1 }
        known[item.episode.id] = Known(number: number, state: item.state, isIndexed: isIndexed)
        ids[number] = item.episode.id
    }

    private func forget(_ id: ObjectID) async {
        guard let gone = known.removeValue(forKey: id) else { return }
        ids[gone.number] = nil
        if gone.isIndexed { progress.indexed -= 1 }
        try? await index.remove(gone.number)
        guard progress.isFull else { return }
        // There is room again: what was left out is tried anew.
        progress.isFull = false
        known = known.filter { $0.value.isIndexed }
        ids = ids.filter { known[$0.value]?.number == $0.key }
    }
}
