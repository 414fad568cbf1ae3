import Bounded
import Domain
import Synchronization
import Testing
import Transcripts

@testable import Episodes

@Suite("a catalog behind a circuit")
struct GuardedCatalogTests {
    /// Answers every call alike, and counts them.
    private final class Catalog: EpisodeCatalog {
        let fault: CatalogFault
        let calls = Atomic(0)
        init(_ fault: CatalogFault) { self.fault = fault }

        func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode {
            calls.add(1, ordering: .relaxed)
            throw fault
        }
        func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
            calls.add(1, ordering: .relaxed)
            throw fault
        }
        func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
            calls.add(1, ordering: .relaxed)
            throw fault
        }
        func check() async throws(CatalogFault) {
            calls.add(1, ordering: .relaxed)
            throw fault
        }
    }

    private let circuit = Circuit(
        .init(failuresInARow: 3, pause: Backoff(base: .seconds(3600), cap: .seconds(3600))))

    private func ask(_ catalog: GuardedCatalog) async -> CatalogFault? {
        do throws(CatalogFault) {
            _ = try await catalog.episode(.guid("a-guid"))
            return nil
        } catch { return error }
    }

    @Test(
        "an answer is no outage, however often it is no",
        arguments: [
            CatalogFault.noSuchEpisode, .noTranscript, .transcriptMissing, .noSuchChunk, .badEpisodeData("…"),
            .refused("…"),
            .tooManyWaiting, .closed,
        ])
    func answers(fault: CatalogFault) async {
        let catalog = Catalog(fault)
        let guarded = GuardedCatalog(catalog, circuit: circuit)
        for _ in 0..<20 { #expect(await ask(guarded) == fault) }
        #expect(catalog.calls.load(ordering: .relaxed) == 20)
        #expect(circuit.figures.state == .closed)
    }

    @Test("servers that do not answer are left alone", arguments: [CatalogFault.unavailable("…"), .timedOut("…")])
    func outages(fault: CatalogFault) async {
        let catalog = Catalog(fault)
        let guarded = GuardedCatalog(catalog, circuit: circuit)
        for _ in 0..<3 { #expect(await ask(guarded) == fault) }
        #expect(circuit.figures.state == .open)
        guard case .resting = await ask(guarded) else {
            Issue.record("it was asked again")
            return
        }
        #expect(catalog.calls.load(ordering: .relaxed) == 3)
    }
}
