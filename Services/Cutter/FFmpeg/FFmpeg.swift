import ChildProcesses
import Domain
import MP3
import Traces

/// A clip as ffmpeg made it.
struct FFmpegClip: Sendable, Equatable {
    let bytes: [UInt8]
    /// How long it is, exact where it was encoded; nil if ffmpeg did not tell.
    let duration: Duration?
    /// Places in the source that could not be decoded, and were passed over.
    let complaints: [String]
    let usage: Ended.Usage
}

/// Everything that Cutroom asks of ffmpeg. `FFmpeg.find` makes one.
struct FFmpeg: Sendable {
    let settings: FFmpegSettings
    /// The file that is run.
    let path: String
    let version: FFmpegVersion
    /// What it can make, in any variant.
    let formats: Set<ClipFormat>
    /// Processes started ahead of need. Whoever has this ffmpeg closes them.
    let waiting: FFmpegWaiting
    let metrics: CutterMetrics

    /// The lines that matter are its last; a source's own tags, however long, come before them.
    static let errorTailBytes = 64 << 10

    /// Room for the lines about frames, of some 230 bytes each: QuickTime's ADPCM has frames of 64 samples, 1,500 a second.
    private static func frameBytes(of span: FFmpegSpan) -> Int {
        min(128 << 20, errorTailBytes + 400_000 * Int(clamping: (span.length + .seconds(2)).components.seconds + 1))
    }

    init(
        settings: FFmpegSettings, path: String, version: FFmpegVersion, formats: Set<ClipFormat>,
        metrics: CutterMetrics = CutterMetrics()
    ) {
        self.settings = settings
        self.path = path
        self.version = version
        self.formats = formats
        self.metrics = metrics
        waiting = FFmpegWaiting(settings: settings, path: path)
    }

    /// The same for the bulk lane: it gives way to what live work runs, and leaves the processes that were started ahead
    /// of need to that.
    var inBackground: FFmpeg {
        var settings = settings
        settings.nice = max(settings.nice, settings.bulkNice)
        settings.waiting = 0
        return FFmpeg(settings: settings, path: path, version: version, formats: formats, metrics: metrics)
    }

    /// Looks at a source of any kind and cuts a window out of it: exact to the sample.
    ///
    /// A clip that reaches beyond the source's end is shorter than asked.
    func cut(
        _ lease: LoopbackLease, window: ClipWindow, format: ClipFormat, tags: ClipTags, deadline: Deadline? = nil
    ) async throws(FFmpegFault) -> FFmpegClip {
        try await cut(
            lease, of: try await look(at: lease, deadline: deadline), FFmpegSpan(window), format: format, tags: tags,
            deadline: deadline)
    }

    /// Makes a file of a stream of MP3 frames: lossless as MP3, encoded as anything else, exactly as long as the
    /// stream's tag says.
    ///
    /// - Parameter stream: an Info or Xing frame that tells frames, delay and padding but *not* the bytes (flags 1 and 8),
    ///   and the frames. With the bytes told, ffmpeg disbelieves the tag of a stream that it can't seek in.
    func mux(
        _ stream: [UInt8], format: ClipFormat, tags: ClipTags, deadline: Deadline? = nil
    ) async throws(FFmpegFault) -> FFmpegClip {
        let limits = settings.limits(until: deadline)
        let input = tags.id3 + stream
        let result =
            FFmpegRecipe.of(format).copiesFrames
            ? counted(await Span.part("ffmpeg") { await waiting.run(input, limits: limits) })
            : await run(FFmpegArguments.mux(format), input: .bytes(input), limits)
        let (report, ended) = try outcome(result)
        return try FFmpegClip(report, ended, format)
    }

    /// Encodes pieces of MP3 one behind the other, each of one format: for clips that no MP3 could hold.
    ///
    /// The clip has the highest sample rate and the most channels among its pieces, and each piece begins in it at the
    /// sample nearest to its time.
    /// - Parameter pieces: at least one.
    func encode(
        _ pieces: [DecoderPiece], format: ClipFormat, tags: ClipTags, deadline: Deadline? = nil
    ) async throws(FFmpegFault) -> FFmpegClip {
        let decoded = try await sound(of: pieces, deadline: deadline)
        return try await encode(
            samples: decoded.sound.wave, complaints: decoded.complaints, length: decoded.length, format: format,
            tags: tags, deadline: deadline)
    }

    /// The same pieces as plain sound.
    func sound(
        of pieces: [DecoderPiece], deadline: Deadline? = nil
    ) async throws(FFmpegFault) -> (sound: FFmpegSound, complaints: [String], length: Duration) {
        let rate = pieces.map(\.format.sampleRate).max() ?? 44_100
        let channels = pieces.map(\.format.channels).max() ?? 2
        var sound = FFmpegSound(rate: rate, channels: channels)
        var complaints: [String] = []
        var length = Duration.zero
        for piece in pieces {
            let arguments = FFmpegArguments.samplesOfStream(rate: rate, channels: channels)
            let (report, ended) = try outcome(
                await run(arguments, input: .bytes(piece.stream), settings.limits(until: deadline)))
            guard let decoded = FFmpegSound(wave: ended.output), decoded.rate == rate, decoded.channels == channels
            else { throw .unplayable(why: "ffmpeg made no plain sound of a piece") }
            complaints += report.complaints
            length += piece.duration
            // Cut here, not by ffmpeg, so that each piece begins where the ones before it should have ended.
            sound.append(decoded, upTo: Int((length * rate + .milliseconds(500)).components.seconds))
        }
        return (sound, complaints, length)
    }

    func encode(
        samples: [UInt8], complaints: [String], length: Duration, format: ClipFormat, tags: ClipTags,
        deadline: Deadline?
    ) async throws(FFmpegFault) -> FFmpegClip {
        let arguments = FFmpegArguments.encode(length: length, format: format, tags: tags)
        let (report, ended) = try outcome(
            await run(arguments, input: .bytes(samples), settings.limits(until: deadline)))
        return try FFmpegClip(report, ended, format, complaints: complaints)
    }

    /// What became of a stream of our own making.
    private func outcome(_ ended: Result<Ended, ChildFault>) throws(FFmpegFault) -> (FFmpegReport, Ended) {
        let run = FFmpegRun(ended, settings: settings)
        let ended = try run.result.get()
        if run.report.isEmpty { throw .unplayable(why: "the stream holds no frames") }
        return (run.report, ended)
    }

    /// - Parameter output: nil: in memory, as much as a clip may have.
    func run(
        _ arguments: [String], input: ChildInput = .none, output: ChildOutput? = nil,
        tellingFramesOf span: FFmpegSpan? = nil, errorTailBytes: Int? = nil, _ limits: ChildLimits
    ) async -> Result<Ended, ChildFault> {
        await Span.part("ffmpeg") {
            do throws(ChildFault) {
                return counted(
                    .success(
                        try await Child.run(
                            Command(path, arguments), input: input,
                            output: output ?? .memory(limitBytes: settings.clipBytes),
                            errorTailBytes: errorTailBytes ?? span.map(Self.frameBytes) ?? Self.errorTailBytes,
                            limits: limits)))
            } catch {
                return counted(.failure(error))
            }
        }
    }

    private func counted(_ run: Result<Ended, ChildFault>) -> Result<Ended, ChildFault> {
        metrics.note(run)
        return run
    }
}

extension FFmpegClip {
    init(
        _ report: FFmpegReport, _ ended: Ended, _ format: ClipFormat, complaints: [String] = []
    ) throws(FFmpegFault) {
        self.init(
            bytes: try FFmpegRecipe.of(format).finish(ended.output, report.encodedSamples),
            duration: report.clipDuration, complaints: complaints + report.complaints, usage: ended.usage)
    }
}
