import ChildProcesses
import Domain

/// Cutting what is not cut by the frame: decoded, encoded again, and shown to be of the right place.
///
/// No seek is believed. Every frame's timestamp is read; a cut counts if they begin before the window, follow one another
/// through it, and reach its end or the sound's. Where they don't begin before it, the source is decoded from its beginning;
/// where they leave a gap, the clip has silence there, as players show it.
extension FFmpeg {
    /// - Throws: `.startPastEnd` if there is no sound from the span's start on.
    func cut(
        _ lease: LoopbackLease, of source: FFmpegSource, _ span: FFmpegSpan, format: ClipFormat, tags: ClipTags,
        deadline: Deadline? = nil
    ) async throws(FFmpegFault) -> FFmpegClip {
        try refusePastEnd(source, span)
        var (report, ended) = try await direct(
            lease, source, span, source.seekTries[0], format, tags, deadline)
        try await refuseNothing(report, lease, source, span, deadline)
        for seeking in source.seekTries.dropFirst() where !report.landed(before: span, of: source) {
            (report, ended) = try await direct(lease, source, span, seeking, format, tags, deadline)
        }
        if let timeline = FFmpegTimeline(report.frames) {
            let from = (source.zero + span.start).samples(at: timeline.rate)
            let to = (source.zero + span.end).samples(at: timeline.rate)
            if timeline.isPlain(from: from, to: min(to, timeline.end)) {
                if timeline.end >= to, report.isExactly(span.length) { return try FFmpegClip(report, ended, format) }
                let isEnd = timeline.end < to
                if isEnd, try await !goesOn(lease, source, after: timeline.end, at: timeline.rate, deadline: deadline) {
                    let told = report.clipDuration ?? .zero
                    let heard = FFmpegFrame(pts: timeline.end - from, rate: timeline.rate, count: 0).time
                    if abs((told - heard) / .microseconds(1)) < 1000 { return try FFmpegClip(report, ended, format) }
                }
            }
        }
        let sound = try await self.sound(
            lease, of: source, span, rate: source.rate, channels: source.channels, deadline: deadline)
        return try await encode(
            samples: sound.wave, complaints: report.complaints, length: span.length, format: format, tags: tags,
            deadline: deadline)
    }

    /// The span as plain sound, every frame at its place and silence between them; shorter only at the sound's end.
    func sound(
        _ lease: LoopbackLease, of source: FFmpegSource, _ span: FFmpegSpan, rate: Int, channels: Int,
        deadline: Deadline?
    ) async throws(FFmpegFault) -> FFmpegSound {
        try refusePastEnd(source, span)
        var (report, ended) = try await samples(
            lease, source, span, source.seekTries[0], rate, channels, deadline)
        try await refuseNothing(report, lease, source, span, deadline)
        for seeking in source.seekTries.dropFirst() where !report.landed(before: span, of: source) {
            (report, ended) = try await samples(lease, source, span, seeking, rate, channels, deadline)
        }
        let from = (source.zero + span.start).samples(at: rate)
        let to = (source.zero + span.end).samples(at: rate)
        // There is sound later: a player would show silence.
        guard !report.frames.isEmpty else {
            return FFmpegSound(silence: Int(to - from), rate: rate, channels: channels)
        }
        guard let timeline = FFmpegTimeline(report.frames), timeline.rate == rate,
            let decoded = FFmpegSound(wave: ended.output), decoded.channels == channels,
            var placed = timeline.placed(decoded, from: from, to: to)
        else { throw .unplayable(why: "ffmpeg does not tell of each of its frames where it belongs") }
        if timeline.runsBackwards {
            throw .unplayable(why: "its timestamps run backwards, so that no time in it means one place")
        }
        if timeline.end < to, try await !goesOn(lease, source, after: timeline.end, at: rate, deadline: deadline) {
            guard timeline.end > from else { throw .startPastEnd(sourceDuration: source.duration) }
            placed.cut(to: Int(timeline.end - from))
        }
        return placed
    }

    /// The first frame that ends behind `time`; nil if there is none.
    func firstFrame(
        in lease: LoopbackLease, of source: FFmpegSource, from time: Duration?, seeking: Bool = true,
        deadline: Deadline?
    ) async throws(FFmpegFault) -> FFmpegFrame? {
        let arguments = FFmpegArguments.firstFrame(
            url: lease.url, of: source, from: time, seeking: seeking && source.seeksExactly)
        let run = FFmpegRun(
            await run(arguments, output: .discard, settings.limits(until: deadline)), settings: settings)
        return try seen(run, lease).0.frames.first
    }

    /// Where nothing was decoded, the sound has ended, or there is a gap as long as the span; or the seek went astray, which
    /// only a look from the beginning can tell.
    ///
    /// - Throws: `.startPastEnd` unless there is sound behind the span's start.
    private func refuseNothing(
        _ report: FFmpegReport, _ lease: LoopbackLease, _ source: FFmpegSource, _ span: FFmpegSpan,
        _ deadline: Deadline?
    ) async throws(FFmpegFault) {
        guard report.frames.isEmpty else { return }
        for seeking in source.seekTries {
            let next = try await firstFrame(
                in: lease, of: source, from: span.start, seeking: seeking, deadline: deadline)
            if let next, next.end > source.zero + span.start { return }
        }
        throw .startPastEnd(sourceDuration: source.duration)
    }

    /// Whether there is sound behind a place. A decoder that hears nothing may have met a gap, or the end.
    private func goesOn(
        _ lease: LoopbackLease, _ source: FFmpegSource, after place: Int64, at rate: Int, deadline: Deadline?
    ) async throws(FFmpegFault) -> Bool {
        let time = FFmpegFrame(pts: place, rate: rate, count: 0).time - source.zero
        // Where the file itself says that it ends here, nothing needs to be read for it.
        if let end = source.exactDuration, end <= time + .milliseconds(20) { return false }
        let next = try await firstFrame(
            in: lease, of: source, from: max(.zero, time + .milliseconds(1)), deadline: deadline)
        return next.map { $0.end > source.zero + time + .milliseconds(1) } ?? false
    }

    private func refusePastEnd(_ source: FFmpegSource, _ span: FFmpegSpan) throws(FFmpegFault) {
        // It is told in steps of 10 ms.
        if let end = source.exactDuration, end + .milliseconds(10) <= span.start {
            throw .startPastEnd(sourceDuration: end)
        }
    }

    private func direct(
        _ lease: LoopbackLease, _ source: FFmpegSource, _ span: FFmpegSpan, _ seeking: Bool, _ format: ClipFormat,
        _ tags: ClipTags, _ deadline: Deadline?
    ) async throws(FFmpegFault) -> (FFmpegReport, Ended) {
        let arguments = FFmpegArguments.cut(
            url: lease.url, of: source, span, seeking: seeking, format: format, tags: tags)
        return try seen(
            FFmpegRun(
                await run(arguments, tellingFramesOf: span, settings.limits(until: deadline)), settings: settings),
            lease)
    }

    private func samples(
        _ lease: LoopbackLease, _ source: FFmpegSource, _ span: FFmpegSpan, _ seeking: Bool, _ rate: Int,
        _ channels: Int, _ deadline: Deadline?
    ) async throws(FFmpegFault) -> (FFmpegReport, Ended) {
        let arguments = FFmpegArguments.samples(
            url: lease.url, of: source, span, seeking: seeking, rate: rate, channels: channels)
        return try seen(
            FFmpegRun(
                await run(
                    arguments, output: .memory(limitBytes: settings.soundBytes), tellingFramesOf: span,
                    settings.soundLimits(until: deadline)), settings: settings), lease)
    }

    /// A source that broke off or changed makes any other outcome meaningless, a good one above all.
    private func seen(
        _ run: FFmpegRun, _ lease: LoopbackLease
    ) throws(FFmpegFault) -> (FFmpegReport, Ended) {
        if case .failure(.cancelled) = run.result { throw .cancelled }
        if let fault = lease.fault { throw fault }
        return (run.report, try run.result.get())
    }
}

extension FFmpegSource {
    /// Whether to seek, at the first try and at the next.
    fileprivate var seekTries: [Bool] { seeksExactly ? [true, false] : [false] }
}

extension FFmpegReport {
    /// Whether the first frame told lies before the span: what was cut then really begins with it.
    fileprivate func landed(before span: FFmpegSpan, of source: FFmpegSource) -> Bool {
        guard let first = frames.first else { return false }
        return first.pts <= (source.zero + span.start).samples(at: first.rate)
    }
}
