import Domain
import HTTPClient
import Logging
import MP3
import ObjectStore
import Text
import Threads

/// What a source is, and how its frames lie.
public enum SourceInspection: Sendable {
    /// - Parameters:
    ///   - unproven: why the frames are not found by arithmetic; nil where they are.
    ///   - layoutBytes: what the layout takes when it is stored.
    case mp3(LayoutReport, unproven: String?, tags: Tags, layoutBytes: Int)
    /// Audio that is cut by decoding. `reason` is a fixed word, `sentence` says the same to a person; the duration is what
    /// ffmpeg reads in the file's own headers, in steps of 10 ms.
    case other(reason: String, sentence: String, duration: Duration?)

    /// Tags before and behind the audio.
    public struct Tags: Sendable, Hashable {
        /// ID3v2 tags in front, and their bytes.
        public let inFront: Int
        public let bytesInFront: Int
        public let behind: [String]
        public let bytesBehind: Int
    }
}

/// Finds the layout of one local file or URL by the cutter's own means: what `cutroom inspect` does.
public struct SourceInspector: Sendable {
    /// What was found, and what it took.
    public struct Report: Sendable {
        public let found: SourceInspection
        public let fileBytes: Int
        /// Over HTTP; nil for a local file.
        public let requests: Int?
        public let bytesRead: Int?
    }

    private let own: CutterSettings.Own
    private let log: Log

    public init(_ own: CutterSettings.Own, log: Log) {
        self.own = own
        self.log = log
    }

    /// - Parameter place: a path, or an `http` or `https` URL.
    /// - Throws: `ClipFault` where there is no file, it can't be read, or nothing in it can be played.
    public func inspect(_ place: String) async throws(ClipFault) -> Report {
        if Self.isURL(place) { return try await inspect(url: place) }
        let threads = BlockingPool(named: "file", threads: 2, queueLimit: 100)
        let result = await attempt { () async throws(ClipFault) -> Report in
            let store = AudioFileStore(path: place, threads: threads)
            let info = try await store.checked()
            return Report(
                found: try await look(at: info, in: store, named: place), fileBytes: Int(clamping: info.sizeBytes),
                requests: nil, bytesRead: nil)
        }
        await threads.close()
        return try result.get()
    }

    /// Whether a place is read over HTTP. Schemes are compared without regard to case (RFC 3986, 3.1).
    public static func isURL(_ place: String) -> Bool {
        let start = place.prefix(8).lowercased()
        return start.hasPrefix("http://") || start.hasPrefix("https://")
    }

    private func inspect(url: String) async throws(ClipFault) -> Report {
        let http = HTTPClient(HTTPClientSettings(timeouts: HTTPTimeouts(connect: .seconds(10), stall: .seconds(30))))
        let result = await attempt { () async throws(ClipFault) -> Report in
            let store: WebFileStore?
            do throws(ObjectStoreFault) { store = try await WebFileStore.open(url, http: http) } catch {
                throw Self.fault(error, about: "the server")
            }
            guard let store else { throw ClipFault(.noAudio, "the server has no such file") }
            let found = try await look(at: store.info, in: store, named: "the server")
            let read = store.read
            return Report(
                found: found, fileBytes: Int(clamping: store.info.sizeBytes), requests: read.requests,
                bytesRead: read.bytes)
        }
        await http.close()
        return try result.get()
    }

    private func attempt(
        _ body: () async throws(ClipFault) -> Report
    ) async -> Result<Report, ClipFault> {
        do throws(ClipFault) { return .success(try await body()) } catch { return .failure(error) }
    }

    private func look(
        at info: ObjectInfo, in store: any ObjectStore, named place: String
    ) async throws(ClipFault) -> SourceInspection {
        let source = SourceAudio(
            key: info.key, sizeBytes: info.sizeBytes, etag: info.etag, checkedAt: WallTime.now().seconds)
        let finder = LayoutFinder(
            sources: store, layoutStore: LayoutStore(store: nil),
            limits: .init(
                memoryBytes: own.layoutBytes, parallelRanges: own.scanRanges, bufferBytes: 512 << 10, searches: 1),
            log: log)
        do throws(LayoutFinder.Fault) {
            return .mp3(try await finder.layout(of: source, episode: .nobody))
        } catch {
            switch error {
            case .refused(let refusal): return try await foreign(source, refusal, in: store)
            case .store(let fault): throw Self.fault(fault, about: place)
            case .busy, .cancelled: throw ClipFault(.stopping, "it was interrupted")
            }
        }
    }

    /// Not MP3 that is cut by the frame: whether it plays at all, and how long, ffmpeg knows.
    private func foreign(
        _ source: SourceAudio, _ refusal: MP3Refusal, in store: any ObjectStore
    ) async throws(ClipFault) -> SourceInspection {
        switch refusal {
        case .emptyFile, .unsupported: throw ClipFault(.unplayableSource, refusal.description)
        default: break
        }
        var duration: Duration?
        if let tools = try? await CutterTools.open(own, sources: store, clips: nil, log: log) {
            let looked: Result<Duration?, FFmpegFault>
            do throws(FFmpegFault) { looked = .success(try await tools.duration(of: source)) } catch {
                looked = .failure(error)
            }
            await tools.close()
            switch looked {
            case .success(let found): duration = found
            case .failure(let fault):
                if fault.verdict == .permanent { throw fault.clipFault(start: .zero, refusal: refusal) }
            }
        }
        return .other(reason: refusal.slug, sentence: refusal.description, duration: duration)
    }

    /// What a person at a terminal can do something about is said in words.
    private static func fault(_ fault: ObjectStoreFault, about place: String) -> ClipFault {
        switch fault {
        case .denied(let code): ClipFault(.storeUnavailable, "\(place) refuses to give it: \(code)")
        case .malformedAnswer(let what):
            ClipFault(.storeUnavailable, "\(place) does not answer ranged reads as HTTP says: \(what)")
        case .sourceChanged: ClipFault(.sourceChanged, "\(place) gave another version of the file while it was read")
        case .unavailable(let status): ClipFault(.storeUnavailable, "\(place) answers \(status)")
        case .unreachable(let reason): ClipFault(.storeUnavailable, "\(place) can't be reached: \(reason)")
        default: fault.clipFault(about: place)
        }
    }
}

extension SourceInspection {
    fileprivate static func mp3(_ layout: Layout) -> SourceInspection {
        let findings = layout.findings
        return .mp3(
            layout.report, unproven: layout.isProvenConstant ? nil : reason(layout),
            tags: Tags(
                inFront: findings.headTags, bytesInFront: findings.headTagBytes, behind: findings.tailTags,
                bytesBehind: findings.tailTagBytes),
            layoutBytes: layout.encoded().count)
    }

    /// The first of the conditions for arithmetic that does not hold.
    private static func reason(_ layout: Layout) -> String {
        let findings = layout.findings
        if findings.slowest != findings.fastest { return "the bitrate changes" }
        if layout.parts.count > 1 { return "the format changes" }
        guard let tag = layout.tag else { return "no tag counts the frames" }
        if tag.kind != .info { return "the \(tag.kind.rawValue) tag speaks of a variable bitrate" }
        guard let frames = tag.frames, tag.bytes != nil else { return "the tag does not count frames and bytes" }
        if frames != layout.frames { return "the tag counts \(frames) frames and the file has \(layout.frames)" }
        return "the tag's frames and bytes do not fit each other and the file"
    }
}
