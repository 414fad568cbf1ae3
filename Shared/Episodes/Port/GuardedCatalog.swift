import Bounded
import Domain
import Transcripts

/// A catalog behind a circuit: while it is down, calls fail at once with `.resting` and don't reach it.
public struct GuardedCatalog: EpisodeCatalog {
    private let catalog: any EpisodeCatalog
    private let circuit: Circuit

    public init(_ catalog: any EpisodeCatalog, circuit: Circuit) {
        self.catalog = catalog
        self.circuit = circuit
    }

    public func episode(_ id: EpisodeID) async throws(CatalogFault) -> Episode {
        try await circuit.guarding { () async throws(CatalogFault) in try await catalog.episode(id) }
    }

    public func chunkStart(episode: Episode, chunkIndex: Int32) async throws(CatalogFault) -> Duration {
        try await circuit.guarding { () async throws(CatalogFault) in
            try await catalog.chunkStart(episode: episode, chunkIndex: chunkIndex)
        }
    }

    public func cues(of episode: Episode, in window: ClipWindow) async throws(CatalogFault) -> [Cue] {
        try await circuit.guarding { () async throws(CatalogFault) in
            try await catalog.cues(of: episode, in: window)
        }
    }

    public func check() async throws(CatalogFault) {
        try await circuit.guarding { () async throws(CatalogFault) in try await catalog.check() }
    }
}

/// A register behind a circuit, which it may share with a catalog on the same servers.
public struct GuardedRegister: ClipRegister {
    private let register: any ClipRegister
    private let circuit: Circuit

    public init(_ register: any ClipRegister, circuit: Circuit) {
        self.register = register
        self.circuit = circuit
    }

    public func record(_ clip: RegisteredClip) async throws(CatalogFault) {
        try await circuit.guarding { () async throws(CatalogFault) in try await register.record(clip) }
    }

    public func removeAll(episode: ObjectID) async throws(CatalogFault) {
        try await circuit.guarding { () async throws(CatalogFault) in try await register.removeAll(episode: episode) }
    }
}

extension Circuit {
    fileprivate func guarding<Value>(
        _ call: () async throws(CatalogFault) -> Value
    ) async throws(CatalogFault) -> Value {
        try await run(refusal: { .resting($0) }, evidence: \.evidence, call)
    }
}

extension CatalogFault {
    /// What it says about the servers. A refusal is an answer; what never reached them says nothing.
    var evidence: Circuit.Evidence {
        switch self {
        case .unavailable, .timedOut: .failed
        case .noSuchEpisode, .noTranscript, .transcriptMissing, .noSuchChunk, .badEpisodeData, .refused: .answered
        case .tooManyWaiting, .resting, .closed: .none
        }
    }
}
