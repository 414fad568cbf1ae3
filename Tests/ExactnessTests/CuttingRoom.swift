import Domain
import Glibc
import Logging
import Settings

@testable import CutterService

/// Makes clips of local files the whole way that a cutter does: layout, ranged read, frames, ffmpeg.
enum CuttingRoom {
    static let files = CountingFiles()

    private static let tools = Task {
        var environment: [String: String] = [:]
        for name in ["FFMPEG_PATH", "PATH"] { environment[name] = getenv(name).map { String(cString: $0) } }
        var read = SettingsReader(environment: environment)
        let own = CutterSettings.Own(from: &read)
        try read.finish()
        return try await CutterTools.open(own, sources: files, clips: nil, log: .silent)
    }

    /// - Parameters:
    ///   - start: milliseconds.
    ///   - length: milliseconds.
    static func clip(
        of path: String, _ start: Int, _ length: Int, as format: ClipFormat = .mp3
    ) async throws -> MadeClip {
        guard let info = try await files.head(path) else { throw ClipFault(.noAudio, "there is no file \(path)") }
        let order = CutJob(
            source: SourceAudio(key: path, sizeBytes: info.sizeBytes, etag: info.etag, checkedAt: 0),
            episode: ObjectID(bytes: repeatElement(0, count: 12))!,
            window: try ClipWindow(startMs: Int64(start), durationMs: Int64(length), longest: .seconds(60)),
            format: format, title: "A clip of \(start) ms", deadline: .after(.seconds(120)))
        return try await tools.value.make(order)
    }

    /// Does `body` with every item, two at a time, and fails with the first that fails.
    static func each<Item: Sendable>(
        of items: [Item], _ body: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, item) in items.enumerated() {
                if number > 1 { try await group.next() }
                group.addTask { try await body(item) }
            }
            try await group.waitForAll()
        }
    }
}
