import Domain
import Episodes
import Glibc
import HTTPClient
import Lifecycle
import Logging
import Settings

enum WarmCommand: Command {
    static let name = "warm"
    static let words = "FILE|--episode ID"
    static let summary = "have clips made before anybody asks for them"
    static let help = """
        cutroom warm FILE [options]
        cutroom warm --episode ID [--folder FOLDER] [options]

        Has clips made ahead of need, by a gateway's bulk lane: while the clips that somebody waits for leave room. It asks for what
        is missing, stays until it is ready, and tells how far it is. Run again, it asks only for what is still missing.

        FILE (- is standard input) holds a clip on each line. Either JSON, with the fields of an entry of the gateway's batch:
          {"episode_id": "507f1f77bcf86cd799439011", "start_time_ms": 30000, "duration_ms": 30000, "formats": ["mp3", "peaks"]}
        or comma-separated values under a line with the names of columns: episode_id (or episode), start_time_ms or start,
        duration_ms, duration or length, formats (names between blanks), at, snap, max_shift_ms. start and duration are times such
        as 12:30.5 or 90s. Lines that are not understood are named with line and column, and passed over.

          --episode ID      a clip from the start of each of the episode's transcript chunks, read from MongoDB
          --folder FOLDER   read the episode's transcript from the folder that "cutroom serve" serves instead: each cue is a chunk
          --formats NAMES   where a line names none: mp3,peaks; default mp3
          --duration TIME   where a line says nothing; default: the gateway's (30s)
          --snap KIND       clips begin and end with a sentence, chunk or silence, where a line does not say
          --gateway URL     default http://127.0.0.1:8080
          --key-file FILE   holds the API key; or CUTROOM_KEY, or CUTROOM_KEY_FILE, in the environment
          --rate RATE       ask for no more new clips than this, such as 20/s or 500/h
          --max-clips N     begin no more than N clips
          --max-bytes BYTES begin no more than take so many bytes by estimate: 500000000, 10GiB
          --give-up TIME    for one clip, and for a gateway that refuses everything; default 30m
          --strict          end at the first line that is not understood
          --dry-run         make nothing: tell how many are missing, and what they would take and cost

        The cost is an estimate by prices that are inputs, those of scripts/cost: --clip-bytes (of an MP3 clip of 30 s), --put and
        --get (dollars for 1,000 requests), --storage (dollars for a GB and month), --lifetime-days.

        At a terminal the answer is a bar and text, on a pipe lines of JSON. --episode takes the address from the services'
        MONGODB_… settings, unless --folder is given. Exit status: 0 all clips are ready, or as many were begun as may be; 1 some are not, a line was not
        understood, it was interrupted, or the gateway refused; 2 the words were not understood; 78 bad settings.
        """

    static func run(_ words: [String]) -> Never {
        let parsed = parse(words, valued: WarmOptions.valued, flags: WarmOptions.flags, short: ["-h": "--help"])
        if parsed.has("--help") {
            print(help)
            exit(0)
        }
        let options: WarmOptions
        do throws(WarmOptions.Fault) { options = try WarmOptions(parsed) } catch { refuse(error.sentence) }
        let key = key(options)
        if key != nil, options.isKeyReadable {
            Console.complain(
                "cutroom warm: the key is sent to \(options.gateway.host) in clear text; https keeps it secret")
        }
        let catalog: WarmCatalogSettings? =
            if case .episode = options.source, options.folder == nil { settings() } else { nil }
        let log = Log(service: "cutroom", version: BuildInfo.version, level: .warning)
        Lifecycle.run(log: log, limit: .seconds(5)) { stopping in
            try await interruptible(by: stopping) {
                let http = HTTPClient(HTTPClientSettings(maxConnections: 1))
                let mongo = catalog?.address.map { MongoDatabase($0, connections: 1) { _ in } }
                var folder: EpisodeFolder?
                var isDone = true
                do {
                    // Nobody asks how long the episodes are, so nothing has to look into their audio.
                    if let path = options.folder { folder = try await EpisodeFolder.open(path) { _, _ in nil } }
                    let source = try await source(options, folder ?? mongo.map { MongoEpisodeCatalog($0) })
                    var run = WarmRun(
                        source, WarmGateway(url: options.gateway, key: key, http: http), options.queue,
                        options.estimate, pace: options.rate.map { Pace($0, at: .now) }, isStrict: options.isStrict)
                    isDone = try await run.run()
                } catch {
                    await Console.complained("cutroom warm: \(error)")
                    isDone = false
                }
                await folder?.close()
                await mongo?.close()
                await http.close()
                if !isDone { throw CommandFailed(description: "not every clip is ready") }
            }
        }
    }

    private static func source(_ options: WarmOptions, _ catalog: (any ChunkListing)?) async throws -> WarmSource {
        switch options.source {
        case .list(let path): return .list(try await LineInput.open(path), ClipList(options.defaults))
        case .episode(let id):
            guard let catalog else { throw LineInput.Fault(description: "MONGODB_URI is missing") }
            return .chunks(try await EpisodeChunks(of: id, in: catalog, options.defaults))
        }
    }

    /// Never a word of the command line, which others on the machine can read.
    private static func key(_ options: WarmOptions) -> Secret? {
        let own: WarmSettings = settings()
        guard let path = options.keyFile else { return own.key }
        if own.key != nil { refuse("--key-file and CUTROOM_KEY are both given; expected one of them") }
        switch Environment.readFile(path) {
        case .failure(let fault): refuse("--key-file \(SafeName.of(path)) can't be read: \(fault.reason)")
        case .success(let text):
            let key = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            if key.isEmpty { refuse("--key-file \(SafeName.of(path)) is empty") }
            return Secret(key)
        }
    }
}

/// What asking a gateway needs beside its URL.
private struct WarmSettings: ServiceSettings {
    static let prefixes: [String] = []

    let key: Secret?

    init(from read: inout SettingsReader) {
        key = read.optionalSecret("CUTROOM_KEY", "the API key that the gateway knows")
    }
}

/// Where an episode's chunks are read.
private struct WarmCatalogSettings: ServiceSettings {
    static let prefixes: [String] = []

    /// Nil only after a mistake.
    let address: MongoAddress?

    init(from read: inout SettingsReader) { address = .read(from: &read) }
}
