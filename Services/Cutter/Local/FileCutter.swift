import Domain
import Logging
import ObjectStore
import Text
import Threads

/// Cuts clips out of local files, without brokers or buckets: what `cutroom clip` does.
public struct FileCutter: Sendable {
    /// A clip, and what is really in it.
    public struct Clip: Sendable {
        public let bytes: [UInt8]
        public let start: Duration
        public let duration: Duration
        public let exact: Exactness
    }

    private let own: CutterSettings.Own
    private let threads: BlockingPool
    private let log: Log

    public init(_ own: CutterSettings.Own, log: Log) {
        self.own = own
        self.log = log
        threads = BlockingPool(named: "file", threads: 2, queueLimit: 100)
    }

    public func close() async { await threads.close() }

    /// - Parameter path: of an audio file.
    /// - Throws: `ClipFault`; `FFmpegMissing` if there is no ffmpeg to work with.
    public func clip(
        _ path: String, window: ClipWindow, format: ClipFormat, title: String?, within limit: Duration
    ) async throws -> Clip {
        let store = AudioFileStore(path: path, threads: threads)
        let source = try await source(in: store, path: path)
        let maker = try await CutterTools.open(own, sources: store, clips: nil, log: log)
        let order = CutJob(
            source: source, episode: .nobody, window: window, format: format, title: title,
            deadline: .after(limit))
        let result: Result<MadeClip, ClipFault>
        do throws(ClipFault) { result = .success(try await maker.make(order)) } catch { result = .failure(error) }
        await maker.close()
        if case .failure(let fault) = result, fault.reason == .sourceChanged {
            throw ClipFault(.sourceChanged, "\(path) was changed while it was read")
        }
        let clip = try result.get()
        return Clip(
            bytes: clip.bytes, start: .milliseconds(clip.startMs), duration: .milliseconds(clip.durationMs),
            exact: clip.exact)
    }

    private func source(in store: AudioFileStore, path: String) async throws(ClipFault) -> SourceAudio {
        let info = try await store.checked()
        return SourceAudio(key: path, sizeBytes: info.sizeBytes, etag: info.etag, checkedAt: WallTime.now().seconds)
    }
}
