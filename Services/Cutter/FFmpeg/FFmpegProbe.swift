import ChildProcesses
import Domain
import Logging
import Settings

/// What `ffmpeg -version` says.
struct FFmpegVersion: Sendable, Equatable, CustomStringConvertible {
    /// As `7.1.5-0+deb13u1`.
    let description: String
    /// nil for a build from no release, as `N-118896-g9e5f5e8`.
    let major: Int?

    /// The first release whose options are all that `FFmpegArguments` uses.
    static let oldest = 6

    init?(parsing text: String) {
        let words = text.prefix { $0 != "\n" }.split(separator: " ")
        guard words.count >= 3, words[0] == "ffmpeg", words[1] == "version" else { return nil }
        description = String(words[2])
        major = Int(words[2].drop { $0 == "n" }.prefix { $0.isASCII && $0.isNumber })
    }
}

/// Why there is no ffmpeg to work with. A cutter does not start then.
enum FFmpegMissing: SettingsProblem, Equatable, CustomStringConvertible {
    case notFound(name: String)
    case cannotRun(path: String, reason: String)
    case tooOld(path: String, version: String)
    case lacks(path: String, what: [String])

    var description: String {
        switch self {
        case .notFound(let name): "FFMPEG_PATH: there is no program '\(name)'"
        case .cannotRun(let path, let reason): "FFMPEG_PATH: \(path) does not run: \(reason)"
        case .tooOld(let path, let version):
            "FFMPEG_PATH: \(path) is version \(version); at least \(FFmpegVersion.oldest) is needed"
        case .lacks(let path, let what): "FFMPEG_PATH: \(path) is built without \(what.joined(separator: ", "))"
        }
    }
}

extension FFmpeg {
    /// Finds ffmpeg, sees what it can do and says so in the log, and starts the processes that wait.
    ///
    /// - Throws: unless it is at least version 6 and can make MP3 clips out of MP3 sources. What else it lacks is a warning.
    static func find(
        _ settings: FFmpegSettings, metrics: CutterMetrics = CutterMetrics(), log: Log
    ) async throws(FFmpegMissing) -> FFmpeg {
        guard let path = findExecutable(settings.executable, searchPath: settings.searchPath) else {
            throw .notFound(name: settings.executable)
        }
        async let versionText = ask(path, "-version", settings)
        async let encoders = ask(path, "-encoders", settings)
        async let muxers = ask(path, "-muxers", settings)
        async let demuxers = ask(path, "-demuxers", settings)
        async let protocols = ask(path, "-protocols", settings)
        guard let version = FFmpegVersion(parsing: try await versionText.get()) else {
            throw .cannotRun(path: path, reason: "its version can't be read")
        }
        if let major = version.major, major < FFmpegVersion.oldest {
            throw .tooOld(path: path, version: version.description)
        }
        let has = try await FFmpegParts(
            encoders: encoders.get(), muxers: muxers.get(), demuxers: demuxers.get(), protocols: protocols.get())
        let missing = has.missing(for: .mp3)
        guard missing.isEmpty else { throw .lacks(path: path, what: missing) }
        let formats = ClipFormat.ofSound.filter { has.missing(for: $0).isEmpty }
        let ffmpeg = FFmpeg(
            settings: settings, path: path, version: version, formats: Set(formats), metrics: metrics)
        await ffmpeg.waiting.fill()
        log.info(
            "ffmpeg is there",
            [
                "path": .string(path), "version": .string(version.description),
                "formats": .string(formats.map(\.rawValue).joined(separator: " ")),
                "waiting": .int(ffmpeg.waiting.count),
            ])
        for format in ClipFormat.ofSound where !formats.contains(format) {
            log.warning(
                "This ffmpeg can't make clips of one format",
                [
                    "format": .string(format.rawValue),
                    "lacking": .string(has.missing(for: format).joined(separator: ", ")),
                ])
        }
        return ffmpeg
    }

    private static func ask(
        _ path: String, _ question: String, _ settings: FFmpegSettings
    ) async -> Result<String, FFmpegMissing> {
        do throws(ChildFault) {
            let answer = try await Child.run(
                Command(path, ["-hide_banner", question]), output: .capture(limitBytes: 1 << 20),
                limits: settings.limits(until: nil))
            guard answer.status == .exited(0) else {
                return .failure(.cannotRun(path: path, reason: "\(answer.status) \(answer.errorTail.suffix(300))"))
            }
            return .success(String(decoding: answer.output, as: UTF8.self))
        } catch {
            return .failure(.cannotRun(path: path, reason: "\(error)"))
        }
    }
}

/// What an ffmpeg is built with, of what we need.
struct FFmpegParts: Sendable, Equatable {
    private let encoders: Set<String>
    private let muxers: Set<String>
    private let demuxers: Set<String>
    private let protocols: Set<String>

    /// - Parameters: what `-encoders`, `-muxers`, `-demuxers` and `-protocols` print.
    init(encoders: String, muxers: String, demuxers: String, protocols: String) {
        self.encoders = Self.names(encoders)
        self.muxers = Self.names(muxers)
        self.demuxers = Self.names(demuxers)
        self.protocols = Set(protocols.split { $0 == "\n" || $0 == " " }.map(String.init))
    }

    /// The parts that clips of `format` need and that are not there.
    func missing(for format: ClipFormat) -> [String] {
        let recipe = FFmpegRecipe.of(format)
        var missing: [String] = []
        for name in ["http", "tcp", "pipe", "file"] where !protocols.contains(name) {
            missing.append("protocol \(name)")
        }
        if !demuxers.contains("mp3") { missing.append("demuxer mp3") }
        if !encoders.contains(recipe.encoder) { missing.append("encoder \(recipe.encoder)") }
        if !muxers.contains(recipe.muxer) { missing.append("muxer \(recipe.muxer)") }
        return missing
    }

    /// The second word of each line behind the legend, split where it names several; devices have a word between, and are not needed.
    private static func names(_ table: String) -> Set<String> {
        let lines = table.split(separator: "\n").drop { !$0.hasPrefix(" --") }.dropFirst()
        return Set(
            lines.flatMap { line -> [String] in
                guard let name = line.split(separator: " ").dropFirst().first else { return [] }
                return name.split(separator: ",").map(String.init)
            })
    }
}
