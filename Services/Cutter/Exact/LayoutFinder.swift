import Bounded
import Domain
import Logging
import MP3
import ObjectStore

/// Finds how the frames of an MP3 lie, once for each version of a source, and keeps it: in memory, and where it took a
/// scan also as an object beside the clips.
///
/// Everybody who needs the same layout meanwhile waits for the one search.
final class LayoutFinder: Sendable {
    struct Limits: Sendable {
        /// Of all layouts in memory.
        var memoryBytes: Int
        /// Ranges that a scan reads side by side.
        var parallelRanges: Int
        /// What waits for each of them.
        var bufferBytes: Int
        /// Searches at once.
        var searches: Int
        /// Between two lines of the log about one search.
        var tellEvery = Duration.seconds(2)
    }

    /// Why there is no layout.
    enum Fault: Error, Equatable {
        /// The file is not one that is cut by the frame.
        case refused(MP3Refusal)
        case store(ObjectStoreFault)
        case busy
        case cancelled

        /// A short name, of a fixed list.
        var slug: String {
            switch self {
            case .refused(let refusal): refusal.slug
            case .store(let fault): fault.slug
            case .busy: "busy"
            case .cancelled: "cancelled"
            }
        }
    }

    private struct Source: Hashable, Sendable {
        let key: String
        let etag: String
        /// The stored layout is not believed.
        var anew = false
    }

    private let sources: any ObjectStore
    private let pages: SourcePages?
    private let layoutStore: LayoutStore
    private let storing: StoredInBackground
    private let limits: Limits
    private let log: Log
    private let known: LayoutMemory
    private let flights: SingleFlight<Source, Layout, Fault>
    private let refused: TimedCache<Source, MP3Refusal>

    /// - Parameter pages: where is kept what was read of sources that turn out to be no MP3; nil: nowhere.
    init(
        sources: any ObjectStore, pages: SourcePages? = nil, layoutStore: LayoutStore, limits: Limits, log: Log
    ) {
        self.sources = sources
        self.pages = pages
        storing = StoredInBackground(limit: limits.searches)
        self.layoutStore = layoutStore
        self.limits = limits
        self.log = log
        known = LayoutMemory(limitBytes: limits.memoryBytes)
        flights = SingleFlight(limit: limits.searches)
        refused = TimedCache(limitCount: 10_000)
    }

    /// - Parameter wrong: a layout that the source's bytes contradict. Then what is stored is not believed, and what is found
    ///   in the source takes its place; who comes too late for that gets what another has found meanwhile.
    func layout(
        of source: SourceAudio, episode: ObjectID, insteadOf wrong: Layout? = nil
    ) async throws(Fault) -> Layout {
        let id = Source(key: source.key, etag: source.etag.text, anew: wrong != nil)
        if let layout = known.layout(key: id.key, etag: id.etag), layout != wrong { return layout }
        if let refusal = refused.get(id) { throw .refused(refusal) }
        return try await shared(id) { [self] () async throws(Fault) in
            do throws(Fault) {
                let layout = try await find(source, episode: episode, anew: id.anew)
                known.keep(layout, key: id.key, etag: id.etag)
                return layout
            } catch {
                if case .refused(let refusal) = error { refused.insert(refusal, for: id, lifetime: .seconds(3600)) }
                throw error
            }
        }
    }

    private func shared(
        _ id: Source, _ search: @escaping @Sendable () async throws(Fault) -> Layout
    ) async throws(Fault) -> Layout {
        do throws(BoundedFault<Fault>) { return try await flights.run(id, search) } catch {
            switch error {
            case .full: throw .busy
            case .cancelled: throw .cancelled
            case .failed(let fault): throw fault
            }
        }
    }

    /// Ends when every layout that was found is stored.
    func close() async { await storing.finish() }

    private func find(_ source: SourceAudio, episode: ObjectID, anew: Bool) async throws(Fault) -> Layout {
        guard let size = Int(exactly: source.sizeBytes) else { throw .refused(.tooLong) }
        let version = MP3.SourceVersion(etag: source.etag.text, size: size)
        // Asked for beside the head, which alone tells whether it is needed: a call for naught costs less than the wait.
        async let lookedFor = anew ? nil : layoutStore.layout(of: version, episode: episode, log: log)
        let kept = pages?.of(source)
        try await readAhead(kept)
        var planner = LayoutPlanner(source: version)
        var first: (place: Int, bytes: [UInt8])?
        while true {
            let step: LayoutPlanner.Step
            do throws(MP3Refusal) { step = try planner.next() } catch {
                if let first { kept?.keep(first.bytes[...], at: UInt64(first.place)) }
                throw .refused(error)
            }
            switch step {
            case .done(let layout): return layout
            case .read(let ranges):
                let read = try await sideBySide(ranges, cancelled: Fault.store(.cancelled)) {
                    range async throws(Fault) in
                    try await self.bytes(range, of: source, kept)
                }
                for (range, bytes) in zip(ranges, read) { planner.take(bytes, at: range.lowerBound) }
                if first == nil, let range = ranges.first, let bytes = read.first { first = (range.lowerBound, bytes) }
            case .scan(let scan):
                if let stored = await lookedFor {
                    if scan.mayGive(stored) { return stored }
                    log.warning(
                        "A stored layout is of another reading of the source, and is found anew",
                        ["source": .string(source.key)])
                }
                let layout = try await self.scan(scan, source)
                await storing.run { [layoutStore, log] in
                    await layoutStore.keep(layout, episode: episode, log: log)
                }
                return layout
            }
        }
    }

    /// Of a file that is called like something else than MP3, all that is known to be wanted if it is that.
    private func readAhead(_ kept: KeptPages?) async throws(Fault) {
        guard let kept else { return }
        let source = kept.source
        let stretches = SourceIndex.guess(source.key, sizeBytes: source.sizeBytes, atMost: kept.pages.mostOfOne)
        do throws(ObjectStoreFault) { try await kept.readAhead(stretches, from: sources) } catch {
            throw .store(error)
        }
    }

    private func bytes(
        _ range: Range<Int>, of source: SourceAudio, _ kept: KeptPages?
    ) async throws(Fault) -> [UInt8] {
        if let bytes = kept?.bytes(UInt64(range.lowerBound)..<UInt64(range.upperBound)) { return bytes }
        do throws(ObjectStoreFault) {
            return try await source.bytes(range, from: sources, limitBytes: range.count)
        } catch { throw .store(error) }
    }

    private func scan(_ scan: Scan, _ source: SourceAudio) async throws(Fault) -> Layout {
        let began = ContinuousClock.now
        let ranges = scan.ranges(atMost: limits.parallelRanges)
        log.info(
            "Looking through a source for its frames",
            ["source": .string(source.key), "bytes": .int(scan.audio.count), "ranges": .int(ranges.count)])
        let progress = ScanProgress(totalBytes: scan.audio.count)
        let telling = Task { await progress.tell(log, source: source.key, every: limits.tellEvery) }
        defer { telling.cancel() }
        var scanned = try await sideBySide(ranges, cancelled: Fault.store(.cancelled)) { range async throws(Fault) in
            try await self.scanOne(range, of: source, progress)
        }
        while true {
            let joined: Scan.Joined
            do throws(MP3Refusal) { joined = try scan.join(scanned) } catch { throw .refused(error) }
            switch joined {
            case .rescan(let range): scanned[range.number] = try await scanOne(range, of: source, progress)
            case .layout(let layout):
                log.info(
                    "The source's frames are found",
                    [
                        "source": .string(source.key), "frames": .int(layout.frames),
                        "took": .duration(began.duration(to: .now)),
                    ])
                return layout
            }
        }
    }

    private func scanOne(
        _ range: ScanRange, of source: SourceAudio, _ progress: ScanProgress
    ) async throws(Fault) -> ScannedRange {
        var scanner = RangeScanner(range)
        do {
            let stream = try await source.stream(range.bytes, from: sources, bufferBytes: limits.bufferBytes)
            for try await piece in stream.body {
                try scanner.feed(piece)
                progress.add(piece.count)
            }
            return try scanner.finish()
        } catch let refusal as MP3Refusal {
            throw .refused(refusal)
        } catch let fault as ObjectStoreFault {
            throw .store(fault)
        } catch {
            throw .cancelled
        }
    }
}
