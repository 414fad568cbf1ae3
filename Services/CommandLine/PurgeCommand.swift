import Domain
import Episodes
import Glibc
import HTTPClient
import Lifecycle
import Logging
import OperationsService
import Settings
import Wiring

enum PurgeCommand: Command {
    static let name = "purge"
    static let words = "EPISODE"
    static let summary = "take an episode's clips down"
    static let help = """
        cutroom purge EPISODE

        Takes an episode down: deletes its clips and layouts from the clips bucket and its entries from the register, takes
        its clips out of every gateway's table, and voids the work that is under way for it. EPISODE is its ObjectId, or its
        guid. The episode itself, its audio and its transcript are not touched: delete them first, or clips are made again
        when somebody asks for them.

          --yes           without asking
          --dry-run       only tell what would be deleted
          --settle TIME   how long to wait before looking again for what was under way; default 10s
          --wait TIME     for each answer of a broker, database or store; default 30s

        URLs that were handed out end with the object; copies in caches between store and client are not reached.
        It can be repeated, and goes on where it was interrupted. Addresses and credentials come from the services' KAFKA_…,
        MONGODB_…, S3_… and AWS_… settings. Exit status: 0 nothing is left; 1 it was not finished; 2 the words were not
        understood, or nobody could be asked; 78 bad settings.
        """

    static func run(_ words: [String]) -> Never {
        let parsed = parse(
            words, valued: ["--settle", "--wait"], flags: ["--yes", "--dry-run", "--help"],
            short: ["-h": "--help", "-y": "--yes"])
        if parsed.has("--help") {
            print(help)
            exit(0)
        }
        guard parsed.rest.count == 1, let name = parsed.rest.first else { refuse("one EPISODE is expected") }
        let asked: EpisodeID
        do throws(ClipFault) { asked = try EpisodeID(parsing: name) } catch { refuse(error.detail) }
        guard let settle = SpokenTime.parse(parsed["--settle"] ?? "10s"),
            let wait = SpokenTime.parse(parsed["--wait"] ?? "30s"), wait > .zero
        else { refuse("--settle and --wait must be times such as 30s") }
        let settings: PurgeSettings = settings()
        let log = Log(service: "cutroom", version: BuildInfo.version, level: .warning)
        Lifecycle.run(log: log, limit: .seconds(5)) { stopping in
            try await interruptible(by: stopping) {
                let http = HTTPClient(HTTPClientSettings(maxConnections: 8))
                let credentials = try await settings.clips.credentials.source(log: log)
                let notices = StoreNotices(bucket: "clips bucket", log: log)
                guard let address = settings.mongo,
                    let store = settings.clips.store(http, as: credentials, notices: notices)
                else { throw SettingMissing("MONGODB_URI, or S3_CLIPS_BUCKET and its credentials") }
                let mongo = MongoDatabase(address, connections: 2, timeLimit: wait) { _ in }
                let purge = Purge(
                    of: asked, broker: settings.broker, store: store, catalog: MongoEpisodeCatalog(mongo),
                    register: MongoClipRegister(mongo), within: wait, log: log)
                do throws(Purge.Failure) {
                    try await carryOut(purge, parsed, settle: settle)
                } catch {
                    await Console.complained("cutroom purge: \(error)")
                    throw CommandFailed(description: "the purge was not finished; begin it again")
                }
                await mongo.close()
                await http.close()
            }
        }
    }

    private static func carryOut(_ purge: Purge, _ parsed: CommandLineWords, settle: Duration) async throws(Purge
        .Failure)
    {
        var findings = try await purge.look()
        await tell("found", findings)
        if findings.isInCatalog {
            await Console.complained(
                "The episode is still in the catalog: its clips will be made again when somebody asks for them.")
        }
        if parsed.has("--dry-run") { return }
        guard !findings.episodes.isEmpty else {
            await Console.complained("Neither the catalog nor any clip knows this episode.")
            return
        }
        let isAgreed: Bool
        if parsed.has("--yes") {
            isAgreed = true
        } else {
            do { isAgreed = try await Console.hasAgreed(to: "Delete all this?") } catch {
                throw Purge.Failure(description: "nobody could be asked: \(error)")
            }
        }
        guard isAgreed else {
            throw Purge.Failure(description: "nothing was deleted")
        }
        let episodes = findings.episodes
        try await purge.announce(findings)
        try await purge.delete(findings)
        await tell("deleted", findings)
        // What was under way may have been stored meanwhile, by a service that was notified of the purge a moment later.
        for _ in 0..<rounds {
            do { try await Task.sleep(for: settle) } catch { throw Purge.Failure(description: "interrupted") }
            findings = try await purge.look()
            findings.episodes.formUnion(episodes)
            try await purge.delete(findings)
            if findings.isEmpty {
                await Console().told("Nothing is left.", [("state", .text("done"))])
                return
            }
            await tell("deleted", findings)
        }
        throw Purge.Failure(description: "clips of the episode are still being made")
    }

    private static let rounds = 10

    private static func tell(_ state: String, _ findings: Purge.Findings) async {
        let layouts = findings.objects.count(where: ObjectKey.isLayout)
        await Console().told(
            "\(state): \(findings.objects.count - layouts) clips, \(layouts) layouts, \(findings.clips.count) ids that gateways know",
            [
                ("state", .text(state)), ("clips", .number(Int64(findings.objects.count - layouts))),
                ("layouts", .number(Int64(layouts))), ("ids", .number(Int64(findings.clips.count))),
                ("episodes", .list(findings.episodes.map(\.description).sorted().map { .text($0) })),
            ])
    }
}
