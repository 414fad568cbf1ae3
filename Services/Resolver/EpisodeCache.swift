import Bounded
import Domain
import Episodes
import Flow
import Logging
import Traces

/// Episodes that were looked up lately, and ids that there was nothing for; one look-up at a time for each id.
final class EpisodeCache: Sendable {
    struct Limits: Sendable {
        var entries: Int
        var lifetime: Duration
        /// For "no such episode": short, since episodes appear.
        var absenceLifetime: Duration
    }

    private let catalog: any EpisodeCatalog
    private let limits: Limits
    private let known: TimedCache<EpisodeID, Result<Episode, ClipFault>>
    private let outages = RateBound(perMinute: 60)
    private let flights: SingleFlight<EpisodeID, Episode, ClipFault>

    init(catalog: any EpisodeCatalog, limits: Limits, lookUps: Int) {
        self.catalog = catalog
        self.limits = limits
        known = TimedCache(limitCount: limits.entries)
        flights = SingleFlight(limit: lookUps)
    }

    func episode(_ id: EpisodeID, log: Log) async throws(ClipFault) -> Episode {
        if let result = known.get(id) { return try result.get() }
        do throws(BoundedFault<ClipFault>) {
            return try await flights.run(id) { [self] () async throws(ClipFault) in try await lookUp(id, log: log) }
        } catch {
            throw error.clipFault(busy: "too many episodes are being looked up")
        }
    }

    /// What is known may be wrong by now.
    func forgetAll() { known.removeAll() }

    private func lookUp(_ id: EpisodeID, log: Log) async throws(ClipFault) -> Episode {
        do throws(CatalogFault) {
            let episode = try await Span.part(
                "look up episode", slug: \CatalogFault.reason.rawValue
            ) {
                () async throws(CatalogFault) in try await catalog.episode(id)
            }
            known.insert(.success(episode), for: id, lifetime: limits.lifetime)
            return episode
        } catch {
            let fault = error.clipFault
            switch fault.reason.fate {
            case .permanent: known.insert(.failure(fault), for: id, lifetime: limits.absenceLifetime)
            case .transient:
                log.warning(
                    "The episode catalog did not do what was asked", ["detail": .string(error.description)],
                    bound: outages)
            }
            throw fault
        }
    }
}
