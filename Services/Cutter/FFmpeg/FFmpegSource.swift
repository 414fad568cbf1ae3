import Domain

/// A stretch of a source's presentation, to the microsecond.
struct FFmpegSpan: Sendable, Equatable {
    /// From the presentation's beginning.
    let start: Duration
    let length: Duration
    var end: Duration { start + length }

    init(start: Duration, length: Duration) {
        self.start = start
        self.length = length
    }

    init(_ window: ClipWindow) { self.init(start: window.start, length: window.duration) }
}

/// What ffmpeg sees in a source: the sound that players would play, and its time axis.
///
/// The axis is the presentation's: zero is where a player starts, which is the file's first moment of whatever stream. Sound
/// that begins later has silence before it, and what lies before zero (an encoder's delay) is left out.
struct FFmpegSource: Sendable, Equatable {
    /// The first of its names, as `mov`.
    let demuxer: String
    /// Which of the audio streams, from 0.
    let track: Int
    let codec: String
    /// Samples per second.
    let rate: Int
    /// 1 or 2: more are mixed down.
    let channels: Int
    /// The timestamp of zero.
    var zero: Duration
    /// In steps of 10 ms; an estimate unless `tellsDuration`.
    let duration: Duration?

    /// Why it is unplayable if ffmpeg recognizes nothing at all in it.
    static let nothingPlayable = "nothing that can be played begins the file"

    var seeksExactly: Bool { FFmpegKinds.seeksExactly(demuxer: demuxer, codec: codec) }
    var exactDuration: Duration? { FFmpegKinds.tellsDuration(demuxer: demuxer) ? duration : nil }

    /// - Throws: `.unplayable` if there is no sound in it, or none that is decoded here.
    init(_ report: FFmpegReport) throws(FFmpegFault) {
        guard let demuxer = report.demuxer?.prefix(while: { $0 != "," }).description else {
            throw .unplayable(why: Self.nothingPlayable)
        }
        // Players take the one that the file names, and the first if it names none.
        guard let place = report.tracks.firstIndex(where: \.isDefault) ?? report.tracks.indices.first else {
            throw .unplayable(why: "there is no sound in the file")
        }
        let track = report.tracks[place]
        guard FFmpegKinds.codecs.contains(track.codec) else {
            throw .unplayable(why: "its sound is coded as \(track.codec), which is not decoded here")
        }
        guard let rate = track.rate, (1...768_000).contains(rate) else {
            throw .unplayable(why: "ffmpeg finds no sample rate in it")
        }
        self.demuxer = demuxer
        self.track = place
        codec = track.codec
        self.rate = rate
        channels = track.isMono ? 1 : 2
        zero = max(.zero, report.inputStart ?? .zero)
        duration = report.inputDuration
    }
}

extension FFmpeg {
    /// Looks at a source, in less time than a cut may take.
    ///
    /// - Throws: `.unplayable` with the reason.
    func look(at lease: LoopbackLease, deadline: Deadline? = nil) async throws(FFmpegFault) -> FFmpegSource {
        let run = FFmpegRun(
            await run(FFmpegArguments.look(url: lease.url), settings.lookLimits(until: deadline)), settings: settings)
        if case .failure(.cancelled) = run.result { throw .cancelled }
        if let fault = lease.fault { throw fault }
        // Without an output it always fails in the end: what it saw until then counts.
        guard run.report.demuxer != nil else {
            _ = try run.result.get()
            throw .unplayable(why: FFmpegSource.nothingPlayable)
        }
        var source = try FFmpegSource(run.report)
        // A recording of a stream begins at the stream's time, less what its codec leaves out at the start.
        if source.demuxer == "ogg", source.zero > .zero,
            let first = try await firstFrame(in: lease, of: source, from: nil, deadline: deadline)
        {
            source.zero = first.time
        }
        return source
    }

    /// How long a source is by its own headers, in steps of 10 ms; an estimate for MP3 and bare AAC; nil if they don't say.
    func duration(of source: LoopbackLease, deadline: Deadline? = nil) async throws(FFmpegFault) -> Duration? {
        try await look(at: source, deadline: deadline).duration
    }
}
