import FoundationEssentials
import Glibc
import TestStack

/// The three services as processes on the real stack, with topics, buckets and a database of their own.
final class Pipeline: Sendable {
    static let episode = "507f1f77bcf86cd799439011"
    static let guid = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    static let feed = "time-marks"
    /// Two seconds of the sample repeat often enough to be cheap, and rarely enough to be told apart.
    static let episodeSeconds = 125

    let environment: [String: String]
    let database: String
    let sources: String
    let clips: String

    private init(environment: [String: String], database: String, sources: String, clips: String) {
        self.environment = environment
        self.database = database
        self.sources = sources
        self.clips = clips
    }

    /// Buckets, topics' prefix and database, with one episode in them.
    static func make(_ settings: [String: String] = [:]) async throws -> Pipeline {
        let s3 = try TestStack.s3
        let sources = try await s3.makeBucket("sources")
        let clips = try await s3.makeBucket("clips")
        let database = TestStack.uniqueName("pipeline")
        let environment = [
            "KAFKA_TOPIC_PREFIX": TestStack.uniqueName("pipeline") + ".", "KAFKA_TOPIC_PARTITIONS": "3",
            "MONGODB_DATABASE": database, "S3_SOURCE_BUCKET": sources, "S3_CLIPS_BUCKET": clips,
            "GATEWAY_ADDRESS": "127.0.0.1", "LOG_LEVEL": "info", "CUTTER_AUDIT_EVERY": "1", "RESOLVER_HEALTH_PORT": "0",
            "CUTTER_HEALTH_PORT": "0", "GATEWAY_HEALTH_PORT": "0",
            "RESOLVER_HEALTH_ADDRESS": "127.0.0.1", "CUTTER_HEALTH_ADDRESS": "127.0.0.1",
        ].merging(settings) { $1 }
        let pipeline = Pipeline(environment: environment, database: database, sources: sources, clips: clips)
        try await pipeline.load()
        return pipeline
    }

    private func load() async throws {
        let audio = try await Self.audio()
        try await TestStack.s3.put(
            file: audio.path, bucket: sources,
            key: "\(Self.feed)/\(Self.guid)/audio/name_\(Self.guid.prefix(8))_audio.mp3")
        let mongo = try TestStack.mongoDB
        try await mongo.insert(
            [
                #"{"_id":{"$oid":"\#(Self.episode)"},"guid":"\#(Self.guid)","title":"Time marks","duration":125}"#,
                #"{"_id":{"$oid":"507f1f77bcf86cd799439012"},"guid":"in-a-feed-only","title":"Fallback","duration":125}"#,
                #"{"_id":{"$oid":"507f1f77bcf86cd799439013"},"guid":"nowhere","title":"No transcript","duration":125}"#,
                #"{"_id":{"$oid":"507f1f77bcf86cd799439014"},"guid":"no-audio","title":"No audio","duration":125}"#,
                #"{"_id":{"$oid":"507f1f77bcf86cd799439015"},"guid":"../up","title":"Bad data","duration":125}"#,
            ], database: database, collection: "episode_metadata")
        try await mongo.insert(
            [
                #"{"episode_id":"\#(Self.guid)","feed_slug":"\#(Self.feed)","chunk_index":0,"start_time":0.0,"text":"a"}"#,
                #"{"episode_id":"\#(Self.guid)","feed_slug":"\#(Self.feed)","chunk_index":1,"start_time":10.5,"text":"b"}"#,
                #"{"episode_id":"no-audio","feed_slug":"\#(Self.feed)","chunk_index":0,"start_time":0.0,"text":"c"}"#,
                #"{"episode_id":"../up","feed_slug":"\#(Self.feed)","chunk_index":0,"start_time":0.0,"text":"d"}"#,
            ], database: database, collection: "transcript_chunks_768d")
        try await mongo.insert(
            [#"{"feed_slug":"other-feed","episodes":[{"guid":"someone-else"},{"guid":"in-a-feed-only"}]}"#],
            database: database, collection: "podcast_metadata")
        try await TestStack.s3.put(
            file: audio.path, bucket: sources, key: "other-feed/in-a-feed-only/audio/episode.mp3")
    }

    /// An episode whose sound differs at every moment: a tone that rises, with noise that a seed decides.
    private static func audio() async throws -> TemporaryFile {
        let file = try TemporaryFile(suffix: ".mp3")
        try await Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i",
                "aevalsrc='0.4*sin(2*PI*t*(200+3*t))':s=44100:d=\(episodeSeconds)", "-f", "lavfi", "-i",
                "anoisesrc=seed=7:amplitude=0.1:r=44100:d=\(episodeSeconds)", "-filter_complex", "amix=inputs=2",
                "-c:a", "libmp3lame", "-b:a", "128k", "-t", String(episodeSeconds), file.path,
            ])
        return file
    }

    // MARK: - Processes

    /// A gateway that is ready.
    func gateway(_ settings: [String: String] = [:]) async throws -> GatewayProcess {
        let gateway = try await GatewayProcess.start(environment.merging(settings) { $1 })
        try await gateway.process.ready(port: gateway.port, within: .seconds(60))
        return gateway
    }

    func resolver(_ settings: [String: String] = [:]) async throws -> ServiceProcess {
        let process = try await ServiceProcess.service("resolver", environment: environment.merging(settings) { $1 })
        try await process.line(containing: "The resolver runs", within: .seconds(60))
        return process
    }

    func cutter(_ settings: [String: String] = [:]) async throws -> ServiceProcess {
        let process = try await ServiceProcess.service("cutter", environment: environment.merging(settings) { $1 })
        try await process.line(containing: "The cutter runs", within: .seconds(60))
        return process
    }

    /// PUTs of clips that the object store has seen.
    func clipPuts() throws -> [S3Server.Request] {
        try TestStack.s3.requests(bucket: clips).filter {
            $0.operation == "s3_PutObject" && $0.key.hasPrefix("audio_clips/") && $0.key != "audio_clips/.probe"
        }
    }
}

/// A gateway as a process, and the requests of its contract.
final class GatewayProcess: Sendable {
    let process: ServiceProcess
    let port: Int

    private init(process: ServiceProcess, port: Int) {
        self.process = process
        self.port = port
    }

    /// - Parameter port: nil: any that is free.
    static func start(_ environment: [String: String], port: Int? = nil) async throws -> GatewayProcess {
        let port = port ?? TestStack.freePort()
        let process = try await ServiceProcess.service(
            "gateway", environment: environment.merging(["GATEWAY_PORT": String(port)]) { $1 })
        return GatewayProcess(process: process, port: port)
    }

    var base: String { "http://127.0.0.1:\(port)" }

    /// `GET` of a path below `/api/v1/audio_clips/`.
    func get(_ path: String, headers: [String: String] = [:]) async throws -> HTTPReply {
        try await HTTPFetch.get("\(base)/api/v1/audio_clips/\(path)", headers: headers)
    }

    func clip(
        _ episode: String = Pipeline.episode, start: Int, duration: Int = 30_000, headers: [String: String] = [:]
    ) async throws -> HTTPReply {
        try await get("\(episode)?start_time_ms=\(start)&duration_ms=\(duration)", headers: headers)
    }
}

/// The contract's answer.
struct ClipAnswer: Decodable, Equatable {
    let clipUrl: String
    let expiresAt: String
    let cacheHit: Bool
    let episodeId: String
    let startTimeMs: Int
    let durationMs: Int
    let generationTimeMs: Int
    let format: String
    let exact: String
}

/// A problem per RFC 9457, as far as the tests look at it.
struct Problem: Decodable {
    struct Fault: Decodable {
        let name: String
    }

    let status: Int
    let detail: String
    let reason: String
    let episodeDurationMs: Int?
    let errors: [Fault]?
}

extension HTTPReply {
    func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(body))
    }
}

/// Samples per channel that a decoder of its own plays.
func samples(of file: [UInt8]) async throws -> Int {
    let audio = try TemporaryFile(holding: file, suffix: ".audio")
    let pcm = try await Tool.run(
        "ffmpeg", ["-v", "error", "-i", audio.path, "-f", "s16le", "-ac", "1", "-ar", "44100", "pipe:1"])
    return pcm.count / 2
}
