import Domain
import Episodes
import Flow
import Logging
import Telemetry

/// Adds plays, and clips that gateways have handed out, to the store. A record that comes again changes nothing.
struct CountPlays: Sendable {
    let book: PlayBook
    let cache: EpisodeCache
    let counted: Counter<PlayResult>
    private let failures = RateBound(perMinute: 6)

    init(_ store: any PlayStore, writes: Int, cache: EpisodeCache, counted: Counter<PlayResult>) {
        book = PlayBook(store, width: writes)
        self.cache = cache
        self.counted = counted
    }

    func played(_ incoming: Incoming<ClipPlayed>) async throws(ClipFault) -> Outcome {
        try await count(incoming.event.item, of: incoming.event.clipID, incoming.log)
        return .nothing
    }

    func served(_ incoming: Incoming<ClipServed>) async throws(ClipFault) -> Outcome {
        let log = incoming.log
        let faults = await withTaskGroup(of: ClipFault?.self) { group in
            for (clip, item) in incoming.event.items {
                group.addTask {
                    do throws(ClipFault) {
                        try await count(item, of: clip, log)
                        return nil
                    } catch { return error }
                }
            }
            return await group.reduce(into: [ClipFault]()) { if let fault = $1 { $0.append(fault) } }
        }
        // What was counted of it is known when it is tried again.
        if let fault = faults.first { throw fault }
        return .nothing
    }

    private func count(_ item: CountedPlay, of clip: ClipID, _ log: Log) async throws(ClipFault) {
        let place = try await place(of: clip, log)
        do throws(CatalogFault) {
            counted.add(PlayResult(try await book.add(item, to: clip, of: place)))
        } catch {
            log.warning("Plays could not be kept", ["detail": .string(error.description)], bound: failures)
            throw error.clipFault
        }
    }

    private func place(of clip: ClipID, _ log: Log) async throws(ClipFault) -> ClipDay.Place {
        do throws(ClipFault) {
            let episode = try await cache.episode(clip.episode, log: log)
            return ClipDay.Place(
                episode: episode.keyID(asked: clip.episode).description, feed: episode.feedSlug)
        } catch {
            if error.reason.fate == .transient { throw error }
            return ClipDay.Place(episode: clip.episode.description, feed: nil)
        }
    }
}

/// What became of something that was to be counted.
enum PlayResult: Int, MetricLabel {
    case counted
    /// It was counted before.
    case known
    /// As much as is counted of one clip on one day was counted of it.
    case full

    static let label = "result"

    init(_ taken: ClipDay.Taken) {
        switch taken {
        case .counted: self = .counted
        case .known: self = .known
        case .full: self = .full
        }
    }

    static func counter(in metrics: Metrics) -> Counter<PlayResult> {
        metrics.counter(
            Metric("cutroom_plays_counted_total", "Plays, and batches of answers with a clip, that were added up."),
            by: PlayResult.self)
    }
}
