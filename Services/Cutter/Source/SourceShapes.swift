import Bounded
import Domain
import Logging
import ObjectStore

/// What a source that is not cut by the frame is: one stretch, or several behind one another.
enum SourceShape: Sendable {
    case plain(FFmpegSource)
    /// The links of a chained Ogg file; each is a file of its own for ffmpeg.
    case chained([ChainedLink])

    struct ChainedLink: Sendable {
        let bytes: Range<UInt64>
        /// In the source's presentation.
        let start: Duration
        let duration: Duration
    }

    var duration: Duration? {
        switch self {
        case .plain(let source): source.duration
        case .chained(let links): links.last.map { $0.start + $0.duration }
        }
    }
}

/// Finds out what a source is, once for each version of it, and remembers that, or why it can't be cut.
///
/// A source at which ffmpeg reached a limit would reach it again with each window: for a while it is refused at once.
final class SourceShapes: Sendable {
    private struct Version: Hashable, Sendable {
        let key: String
        let etag: String
    }

    private let ffmpeg: FFmpeg
    private let loopback: LoopbackSource
    private let store: any ObjectStore
    private let log: Log
    private let known: TimedCache<Version, SourceShape>
    private let faults: TimedCache<Version, FFmpegFault>
    private let flights: SingleFlight<Version, SourceShape, FFmpegFault>

    private static let entries = 10_000
    private static let lifetime = Duration.seconds(3600)
    private static let bufferBytes = 512 << 10

    init(ffmpeg: FFmpeg, loopback: LoopbackSource, store: any ObjectStore, log: Log) {
        self.ffmpeg = ffmpeg
        self.loopback = loopback
        self.store = store
        self.log = log
        known = TimedCache(limitCount: Self.entries)
        faults = TimedCache(limitCount: Self.entries)
        flights = SingleFlight(limit: Self.entries)
    }

    func shape(of source: SourceAudio, deadline: Deadline?) async throws(FFmpegFault) -> SourceShape {
        let version = Version(key: source.key, etag: source.etag.text)
        if let fault = faults.get(version) { throw fault }
        if let shape = known.get(version) { return shape }
        do throws(BoundedFault<FFmpegFault>) {
            return try await flights.run(version) { [self] () async throws(FFmpegFault) in
                let shape = try await find(source, deadline)
                known.insert(shape, for: version, lifetime: Self.lifetime)
                return shape
            }
        } catch {
            switch error {
            case .full: throw .failed(exitCode: 0, why: "too many sources are being looked at")
            case .cancelled: throw .cancelled
            case .failed(let fault):
                remember(fault, of: source)
                throw fault
            }
        }
    }

    /// Notes what became of a source, if it would happen again.
    func remember(_ fault: FFmpegFault, of source: SourceAudio) {
        guard fault.wouldHappenAgain(limit: ffmpeg.settings.timeLimit, look: ffmpeg.settings.lookLimit) else { return }
        let fields: LogFields = [
            "source_key": .string(source.key), "fault": .string(fault.slug), "detail": .string(fault.detail),
            "for": .duration(ffmpeg.settings.faultLifetime),
        ]
        // Who asked is told what the file is; what costs a slot its whole limit is the operator's business as well.
        if case .unplayable = fault {
            log.info("A source is not tried again for a while", fields)
        } else {
            log.warning("A source is not tried again for a while", fields)
        }
        faults.insert(
            fault, for: Version(key: source.key, etag: source.etag.text), lifetime: ffmpeg.settings.faultLifetime)
    }

    /// Reads at once what ffmpeg reads of a source before any sound of a clip, unless it is kept.
    func readIndex(of source: SourceAudio) async throws(FFmpegFault) {
        guard Int(exactly: source.sizeBytes) != nil, let kept = loopback.pages?.of(source) else { return }
        do throws(ObjectStoreFault) { try await kept.readIndex(from: store) } catch {
            switch (FFmpegFault(error), error) {
            case (_, .cancelled): throw .cancelled
            case (.sourceChanged, _): throw .sourceChanged
            // ffmpeg asks for it itself, again and more patiently, and what comes of that is told.
            default: break
            }
        }
    }

    private func find(_ source: SourceAudio, _ deadline: Deadline?) async throws(FFmpegFault) -> SourceShape {
        try await readIndex(of: source)
        let whole = try await look(source, 0..<source.sizeBytes, deadline)
        guard whole.demuxer == "ogg" else { return .plain(whole) }
        let links = try await links(of: source)
        guard links.count > 1 else { return .plain(whole) }
        var chained: [SourceShape.ChainedLink] = []
        var start = Duration.zero
        for link in links {
            guard link.codec != nil else {
                throw .unplayable(why: "one of its chained streams holds sound that is not decoded here")
            }
            var duration = link.duration
            if case .opus = link.codec {
            } else if !link.beginsAtZero {
                duration -= try await look(source, link.bytes, deadline).zero
            }
            guard duration > .zero else { continue }
            chained.append(.init(bytes: link.bytes, start: start, duration: duration))
            start += duration
        }
        return .chained(chained)
    }

    func look(
        _ source: SourceAudio, _ bytes: Range<UInt64>, _ deadline: Deadline?
    ) async throws(FFmpegFault) -> FFmpegSource {
        try await loopback.lent(source, bytes, from: store, reading: .look) { lease throws(FFmpegFault) in
            try await ffmpeg.look(at: lease, deadline: deadline)
        }
    }

    private func links(of source: SourceAudio) async throws(FFmpegFault) -> [OggLink] {
        guard let size = Int(exactly: source.sizeBytes) else { throw .unplayable(why: "it is too large") }
        var walk = OggLinks()
        do throws(ObjectStoreFault) {
            let stream = try await source.stream(0..<size, from: store, bufferBytes: Self.bufferBytes)
            for try await piece in stream.body { walk.feed(piece) }
        } catch {
            throw error == .cancelled ? .cancelled : FFmpegFault(error)
        }
        guard !walk.isTooMany else { throw .unplayable(why: "it chains more than \(OggLinks.most) streams") }
        return walk.finish(size: source.sizeBytes)
    }
}

extension FFmpegFault {
    /// Whether another try at the same bytes would most likely end in the same way.
    ///
    /// - Parameters: the limits that a run has where no deadline makes them shorter.
    fileprivate func wouldHappenAgain(limit: Duration, look: Duration) -> Bool {
        switch self {
        case .unplayable, .crashed, .cpuLimit, .memoryLimit: true
        // Cut short by the work's deadline, it says nothing about the source.
        case .timeLimit(let time): time >= min(limit, look)
        default: false
        }
    }
}
