import FoundationEssentials
import Glibc
import TestStack
import Testing

/// A running `cutroom serve`.
struct ServedFolder: Sendable {
    struct Told: Decodable {
        struct Episode: Decodable {
            let episodeId: String
            let path: String
        }
        let url: String
        let first: [Episode]
    }

    let process: ServiceProcess
    let url: String
    let episodes: [Told.Episode]

    var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Starts it on a free port, and returns when it says that it serves.
    static func start(
        _ folder: String, data: String, _ options: [String] = [], environment: [String: String] = [:]
    ) async throws -> ServedFolder {
        let process = try await ServiceProcess(
            TestStack.executable("cutroom"), ["serve", folder, "--port", "0", "--data", data] + options,
            environment: environment)
        let told = try await eventually("cutroom to serve") { () -> Told? in
            let output = process.standardOutput
            guard output.last == UInt8(ascii: "\n") else { return nil }
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Told.self, from: Data(output))
        }
        return ServedFolder(process: process, url: told.url, episodes: told.first)
    }

    func clipPath(_ episode: Int = 0, startMs: Int = 10_000, durationMs: Int = 20_000) -> String {
        "/api/v1/audio_clips/\(episodes[episode].episodeId)?start_time_ms=\(startMs)&duration_ms=\(durationMs)"
    }

    /// The signed URL of a clip, made if it is not there.
    func clipURL(_ episode: Int = 0, startMs: Int = 10_000, durationMs: Int = 20_000) async throws -> String {
        let answer = try await HTTPFetch.get(url + clipPath(episode, startMs: startMs, durationMs: durationMs))
        try #require(answer.status == 200, "\(answer.text)")
        return try #require(answer.text.value(of: "clip_url"))
    }

    /// The ports of 127.0.0.1 on which the process itself listens.
    func listeningPorts() throws -> Set<Int> {
        var inodes: Set<String> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/fd") {
            let target = Self.target(ofLink: "/proc/\(process.pid)/fd/\(name)")
            guard target.hasPrefix("socket:[") else { continue }
            inodes.insert(String(target.dropFirst(8).dropLast()))
        }
        // proc(5): local address, remote address, state (0A is LISTEN), …, inode.
        let table = try String(contentsOfFile: "/proc/\(process.pid)/net/tcp", encoding: .utf8)
        let ports = table.split(separator: "\n").dropFirst().compactMap { line -> Int? in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "0A", inodes.contains(String(fields[9])) else { return nil }
            return fields[1].split(separator: ":").last.flatMap { Int($0, radix: 16) }
        }
        return Set(ports)
    }

    /// Empty if there is none. FoundationEssentials' own function leaves 4 KiB behind at each call (Swift 6.0.3).
    private static func target(ofLink path: String) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return String(decoding: buffer[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension String {
    /// The text of a field in a line of JSON.
    func value(of field: String) -> String? {
        guard let object = try? JSONDecoder().decode([String: LooseText].self, from: Data(utf8)) else { return nil }
        return object[field]?.text
    }
}

/// A value of any kind, as text where it is text.
struct LooseText: Decodable {
    let text: String?
    init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
}
