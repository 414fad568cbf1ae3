import Domain
import Logging
import ObjectStore

/// Makes clips of what is not cut by the frame: decoded by ffmpeg over the loopback source, and encoded again.
struct FFmpegClipMaker: ClipMaker {
    let ffmpeg: FFmpeg
    let loopback: LoopbackSource
    let store: any ObjectStore
    let shapes: SourceShapes
    let log: Log

    /// - Parameter shapes: what is known of sources, where another maker has it already.
    init(
        ffmpeg: FFmpeg, loopback: LoopbackSource, store: any ObjectStore, log: Log, shapes: SourceShapes? = nil
    ) {
        self.ffmpeg = ffmpeg
        self.loopback = loopback
        self.store = store
        self.log = log
        self.shapes = shapes ?? SourceShapes(ffmpeg: ffmpeg, loopback: loopback, store: store, log: log)
    }

    func make(_ order: CutJob) async throws(ClipFault) -> MadeClip {
        guard ffmpeg.formats.contains(order.format.standard) else {
            throw ClipFault(.badParameters, "clips in the format '\(order.format.rawValue)' can't be made here")
        }
        let clip: FFmpegClip
        do throws(FFmpegFault) {
            clip = try await ffmpeg.metrics.stages.stage(.cut, slug: \.slug) { () async throws(FFmpegFault) in
                try await cut(order)
            }
        } catch {
            log.warning(
                "ffmpeg made no clip",
                [
                    "fault": .string(error.slug), "detail": .string(error.detail),
                    "source_key": .string(order.source.key),
                ])
            throw error.clipFault(
                start: order.window.start, retryAfter: ffmpeg.settings.faultLifetime, refusal: order.refusal)
        }
        log.debug(
            "ffmpeg made a clip",
            [
                "cpu": .duration(clip.usage.cpuTime), "wall": .duration(clip.usage.wallClock),
                "complaints": .int(clip.complaints.count),
            ])
        return MadeClip(
            bytes: clip.bytes, startMs: order.window.startMs,
            durationMs: Self.milliseconds(clip.duration, asked: order.window.durationMs), exact: .reencoded)
    }

    private func cut(_ order: CutJob) async throws(FFmpegFault) -> FFmpegClip {
        try await onShape(of: order) { shape throws(FFmpegFault) in
            switch shape {
            case .plain(let source):
                try await shapes.readIndex(of: order.source)
                return try await cut(order, 0..<order.source.sizeBytes, source, FFmpegSpan(order.window))
            case .chained(let links): return try await cut(order, links)
            }
        }
    }

    /// Runs work that needs to know how a source is made up, and remembers what makes the source not worth another try.
    func onShape<Value: Sendable>(
        of order: CutJob, _ body: (SourceShape) async throws(FFmpegFault) -> Value
    ) async throws(FFmpegFault) -> Value {
        let shape = try await shapes.shape(of: order.source, deadline: order.deadline)
        do throws(FFmpegFault) { return try await body(shape) } catch {
            shapes.remember(error, of: order.source)
            throw error
        }
    }

    private func cut(
        _ order: CutJob, _ bytes: Range<UInt64>, _ source: FFmpegSource, _ span: FFmpegSpan
    ) async throws(FFmpegFault) -> FFmpegClip {
        try await reading(order.source, bytes, span, of: source) { lease throws(FFmpegFault) in
            try await ffmpeg.cut(
                lease, of: source, span, format: order.format, tags: order.tags, deadline: order.deadline)
        }
    }

    /// - Throws: `.sourceChanged` also if `body` needed nothing but what was kept, and the source is another by now.
    func reading<Value: Sendable>(
        _ audio: SourceAudio, _ bytes: Range<UInt64>, _ span: FFmpegSpan, of source: FFmpegSource,
        _ body: (LoopbackLease) async throws(FFmpegFault) -> Value
    ) async throws(FFmpegFault) -> Value {
        let habit = LoopbackHabit.cut(
            span, of: source, bytes: Int(clamping: bytes.upperBound - bytes.lowerBound))
        return try await loopback.lent(audio, bytes, from: store, reading: habit) { lease throws(FFmpegFault) in
            let value = try await body(lease)
            if lease.counts.bytes == 0 {
                do throws(ObjectStoreFault) { _ = try await audio.bytes(0..<1, from: store, limitBytes: 1) } catch {
                    throw error == .cancelled ? .cancelled : FFmpegFault(error)
                }
            }
            return value
        }
    }

    /// Each link is decoded by itself, and the pieces are put together where one ends and the next begins.
    private func cut(_ order: CutJob, _ links: [SourceShape.ChainedLink]) async throws(FFmpegFault) -> FFmpegClip {
        let span = FFmpegSpan(order.window)
        let touched = links.filter { $0.start < span.end && $0.start + $0.duration > span.start }
        guard let first = touched.first else {
            throw .startPastEnd(sourceDuration: links.last.map { $0.start + $0.duration } ?? .zero)
        }
        func part(_ link: SourceShape.ChainedLink) -> FFmpegSpan {
            let from = max(.zero, span.start - link.start)
            return FFmpegSpan(start: from, length: min(link.duration, span.end - link.start) - from)
        }
        if touched.count == 1, part(first).length == span.length {
            let source = try await shapes.look(order.source, first.bytes, order.deadline)
            return try await cut(order, first.bytes, source, part(first))
        }
        var sources: [FFmpegSource] = []
        for link in touched { sources.append(try await shapes.look(order.source, link.bytes, order.deadline)) }
        let rate = sources.map(\.rate).max() ?? 48_000
        let channels = sources.map(\.channels).max() ?? 2
        var sound = FFmpegSound(rate: rate, channels: channels)
        for (link, source) in zip(touched, sources) {
            let part = part(link)
            let decoded = try await reading(order.source, link.bytes, part, of: source) { lease throws(FFmpegFault) in
                try await ffmpeg.sound(
                    lease, of: source, part, rate: rate, channels: channels, deadline: order.deadline)
            }
            // Counted from the clip's beginning, so that roundings don't add up.
            let end = (link.start + part.start + part.length - max(span.start, links[0].start)).samples(at: rate)
            sound.append(decoded, upTo: Int(end))
        }
        return try await ffmpeg.encode(
            samples: sound.wave, complaints: [], length: span.length, format: order.format, tags: order.tags,
            deadline: order.deadline)
    }

    /// To the nearest millisecond; at least one, because there is a clip, and never more than asked.
    private static func milliseconds(_ duration: Duration?, asked: Int32) -> Int32 {
        guard let duration else { return asked }
        let rounded = (duration + .microseconds(500)).wholeMilliseconds
        return Int32(clamping: min(max(1, rounded), Int64(asked)))
    }
}
