import Domain
import FoundationEssentials
import Logging
import ObjectStore
import Testing

@testable import CutterService

/// One ffmpeg for all tests, and a source behind it.
struct FFmpegBench {
    let ffmpeg: FFmpeg
    let loopback: LoopbackSource
    let store: ScriptedStore

    /// Found once, because looking costs five starts of ffmpeg. No nicer than the tests, which share the machine.
    private static let found = Task {
        var settings = FFmpegSettings()
        if let path = ProcessInfo.processInfo.environment["FFMPEG_PATH"] { settings.executable = path }
        settings.waiting = 0
        settings.nice = 0
        return try await FFmpeg.find(settings, log: .silent)
    }

    init(
        _ bytes: [UInt8] = [], limits: LoopbackSource.Limits = .init(), pages: SourcePages? = nil,
        change: (inout FFmpegSettings) -> Void = { _ in }
    ) async throws {
        let found = try await Self.found.value
        var settings = found.settings
        change(&settings)
        ffmpeg = FFmpeg(settings: settings, path: found.path, version: found.version, formats: found.formats)
        await ffmpeg.waiting.fill()
        var limits = limits
        limits.pause = .milliseconds(1)
        loopback = try LoopbackSource(limits: limits, pages: pages)
        store = ScriptedStore(bytes)
    }

    /// Lends the source for as long as `body` runs.
    func lent<Value>(_ body: (LoopbackLease) async throws -> Value) async throws -> Value {
        let lease = loopback.lend("source", sizeBytes: store.sizeBytes, etag: store.etag, from: store)
        do {
            let value = try await body(lease)
            await lease.close()
            return value
        } catch {
            await lease.close()
            throw error
        }
    }

    func cut(
        _ startMs: Int32, _ durationMs: Int32, _ format: ClipFormat = .wav, tags: ClipTags = .none
    ) async throws -> FFmpegClip {
        let window = try #require(ClipWindow(startMs: startMs, endMs: startMs + durationMs))
        return try await lent { lease in try await ffmpeg.cut(lease, window: window, format: format, tags: tags) }
    }
}
