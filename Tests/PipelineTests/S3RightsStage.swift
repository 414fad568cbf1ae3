import FoundationEssentials
import TestStack
import Testing

/// The pipeline with a user of the store for each service, each with credentials from another of AWS's sources, and with the
/// bucket policies of docs/operations.md.
final class S3RightsStage {
    /// An episode of variable bitrate: its layout takes a scan, and so is stored.
    static let scanned = "507f1f77bcf86cd799439014"

    let pipeline: Pipeline
    let rights: DocumentedS3Rights
    let gateway: GatewayProcess
    /// When the gateway's credentials end.
    let signerEnds: String
    private let resolver: ServiceProcess
    private(set) var cutter: ServiceProcess
    private let cutterSettings: [String: String]
    private let healthPort: Int
    private let purgeSettings: [String: String]
    private let servers: [WireServer]
    private let ffmpeg: HeldFFmpeg
    private let files: [TemporaryFile]

    init() async throws {
        pipeline = try await Pipeline.make()
        try await Self.loadScanned(into: pipeline)
        var names = ["pod-insights-raw": pipeline.sources, "pod-insights-clips": pipeline.clips]
        for user in ["cutroom-gateway", "cutroom-cutter", "cutroom-purge"] { names[user] = TestStack.uniqueName(user) }
        for (documented, user) in names where documented.hasPrefix("cutroom-") {
            try await TestStack.s3.makeUser(accessKey: user, secretKey: "secret-of-\(user)")
        }
        rights = try DocumentedS3Rights(names)
        try await Self.give(rights, without: nil, pipeline)

        // Half an hour from now: earlier than a clip's URL would end.
        signerEnds = Date(timeIntervalSinceNow: 1800).formatted(.iso8601)
        let (signer, cutterKey, purger) = (
            names["cutroom-gateway"] ?? "", names["cutroom-cutter"] ?? "", names["cutroom-purge"] ?? ""
        )
        let ends = signerEnds
        let sts = try WireServer.start { _, connection in
            connection.answer(
                "200 OK",
                """
                <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
                <AccessKeyId>\(signer)</AccessKeyId><SecretAccessKey>secret-of-\(signer)</SecretAccessKey>
                <Expiration>\(ends)</Expiration>
                </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                """)
        }
        let agent = try WireServer.start { request, connection in
            guard request.headers["authorization"] == "token-of-the-pod" else {
                connection.answer("401 Unauthorized", "")
                return
            }
            connection.answer(
                "200 OK",
                #"{"AccessKeyId":"\#(cutterKey)","SecretAccessKey":"secret-of-\#(cutterKey)","Expiration":"\#(ends)"}"#)
        }
        let token = try TemporaryFile(holding: Array("token-of-the-pod\n".utf8))
        let profiles = try TemporaryFile(
            holding: Array(
                "[taker]\naws_access_key_id = \(purger)\naws_secret_access_key = secret-of-\(purger)\n".utf8))
        let nobody = ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "HOME": "/nonexistent"]
        servers = [sts, agent]
        files = [token, profiles]
        ffmpeg = try await HeldFFmpeg()
        healthPort = TestStack.freePort()
        cutterSettings = nobody.merging([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(agent.url)/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token.path, "CUTTER_PROBE_EVERY": "1s",
            "CUTTER_HEALTH_PORT": String(healthPort), "FFMPEG_PATH": ffmpeg.path,
        ]) { $1 }
        purgeSettings = pipeline.environment.merging(nobody) { $1 }.merging([
            "AWS_PROFILE": "taker", "AWS_SHARED_CREDENTIALS_FILE": profiles.path,
        ]) { $1 }
        // Of no right at all.
        resolver = try await pipeline.resolver(nobody.merging(["AWS_EC2_METADATA_DISABLED": "true"]) { $1 })
        cutter = try await pipeline.cutter(cutterSettings)
        gateway = try await pipeline.gateway(
            nobody.merging([
                "AWS_WEB_IDENTITY_TOKEN_FILE": token.path, "AWS_ROLE_ARN": "arn:aws:iam::1:role/signer",
                "AWS_ENDPOINT_URL_STS": sts.url,
            ]) { $1 })
        try await cutterIsReady()
    }

    /// Gives what is documented, but for one right.
    func give(without missing: S3Right?) async throws { try await Self.give(rights, without: missing, pipeline) }

    private static func give(
        _ rights: DocumentedS3Rights, without missing: S3Right?, _ pipeline: Pipeline
    ) async throws {
        for bucket in [pipeline.sources, pipeline.clips] {
            try await TestStack.s3.setPolicy(rights.policy(of: bucket, without: missing), bucket: bucket)
        }
    }

    private static func loadScanned(into pipeline: Pipeline) async throws {
        let audio = try TemporaryFile(suffix: ".mp3")
        try await Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-y", "-f", "lavfi", "-i", "aevalsrc='0.4*sin(2*PI*t*(200+3*t))':s=44100:d=60", "-c:a",
                "libmp3lame", "-q:a", "4", audio.path,
            ])
        try await TestStack.s3.put(
            file: audio.path, bucket: pipeline.sources, key: "\(Pipeline.feed)/no-audio/audio/episode.mp3")
    }

    // MARK: - What the services say

    /// A cutter that remembers nothing.
    func restartCutter() async throws {
        try await cutter.stop()
        cutter = try await pipeline.cutter(cutterSettings)
        try await cutterIsReady()
    }

    func cutterIsReady() async throws { try await cutter.ready(port: healthPort) }

    /// Returns once `/readyz` of the cutter says 503 with this action. Answers to a HEAD have no body, and so no word for why.
    func cutterMisses(_ action: String) async throws {
        let port = healthPort
        _ = try await eventually("/readyz to name \(action)") { () -> Bool? in
            let reply = try await HTTPFetch.get("http://127.0.0.1:\(port)/readyz", within: .seconds(5))
            let words = action == "s3:GetObject" ? "status 403" : "AccessDenied (403)"
            return reply.status == 503 && reply.text.contains("store-denied: \(action): \(words)") ? true : nil
        }
    }

    /// Returns once the cutter has logged as a warning that the store refused an action on a key.
    func cutterWarns(_ action: String, key: String) async throws {
        let cutter = cutter
        _ = try await eventually("a warning about \(action) on \(key)") { () -> Bool? in
            cutter.lines.contains { Self.warns($0, action, key) } ? true : nil
        }
    }

    /// Returns once the log has said that an action is not to be had, and that the cutter goes on.
    func cutterGoesWithout(_ action: String) async throws {
        let cutter = cutter
        try await eventually("a word about \(action)") {
            cutter.lines.count { $0.contains("\"right\":\"\(action)\"") && $0.contains(#""level":"info""#) } == 1
        }
    }

    static func warns(_ line: String, _ action: String, _ key: String) -> Bool {
        line.contains("The object store refused a call") && line.contains(#""level":"warning""#)
            && line.contains("\"\(action)\"") && line.contains("\"key\":\"\(key)") && line.contains("AccessDenied")
    }

    func purge(_ episode: String, _ more: String...) async throws -> (ServiceProcess.Exit, [String]) {
        let process = try await ServiceProcess.service(
            "cutroom", ["purge", episode, "--yes", "--settle", "2s", "--wait", "10s"] + more, environment: purgeSettings
        )
        let exit = try await process.exit(within: .seconds(60))
        return (exit, process.lines)
    }

    /// Asks for a clip whose cut is held, purges its episode meanwhile, and lets it go on.
    func purgeDuringCut(start: Int) async throws {
        try ffmpeg.hold()
        let path = "\(Pipeline.episode)?start_time_ms=\(start)&duration_ms=5000&format=opus"
        #expect(try await gateway.get(path, headers: ["Prefer": "respond-async"]).status == 202)
        try await ffmpeg.isHolding()
        let (exit, lines) = try await purge(Pipeline.episode)
        #expect(exit == .code(0), "\(lines)")
        try ffmpeg.letGo()
    }
}

/// An ffmpeg that stops before it begins an encoded clip, for as long as a test wants.
struct HeldFFmpeg {
    let path: String
    private let folder: TemporaryFile

    init() async throws {
        folder = try TemporaryFile(suffix: ".sh")
        path = folder.path
        let real = String(
            decoding: try await Tool.run("sh", ["-c", "command -v \"${FFMPEG_PATH:-ffmpeg}\""]).dropLast(),
            as: UTF8.self)
        try await Tool.run("mkfifo", ["\(path).never"])
        let script = """
            #!/bin/bash
            if [[ " $* " == *opus* && -e \(path).hold ]]; then
                : >\(path).held
                while [ -e \(path).hold ]; do read -rt 0.05 _ <>\(path).never; done
            fi
            exec \(real) "$@"
            """
        try Data(script.utf8).write(to: URL(fileURLWithPath: path))
        try await Tool.run("chmod", ["755", path])
    }

    func hold() throws { try Data().write(to: URL(fileURLWithPath: "\(path).hold")) }

    func isHolding() async throws {
        let path = "\(path).held"
        _ = try await eventually("ffmpeg to be held") { FileManager.default.fileExists(atPath: path) ? true : nil }
        try FileManager.default.removeItem(atPath: path)
    }

    func letGo() throws { try FileManager.default.removeItem(atPath: "\(path).hold") }
}
