import Domain

/// Every argument that ffmpeg is ever given. None holds a client's text but the cleaned tags.
enum FFmpegArguments {
    /// How far before the window decoding begins: a decoder's first frames after a seek lack what was before them.
    static let preroll = Duration.seconds(1)

    /// A window of whatever lies at the loopback URL, decoded and encoded again.
    ///
    /// It is cut by the source's own timestamps, which are told of every frame (`ashowinfo`): what was cut is only right if
    /// they say so.
    static func cut(
        url: String, of source: FFmpegSource, _ span: FFmpegSpan, seeking: Bool, format: ClipFormat, tags: ClipTags
    ) -> [String] {
        var arguments = self.source(url, of: source, before: seeking ? span.start : nil)
        let (start, end) = (source.zero + span.start, source.zero + span.end)
        arguments += ["-map", "0:a:\(source.track)", "-t", seconds(span.length)]
        arguments += described(tags)
        arguments += [
            "-af",
            "\(trim(from: start - preroll, to: nil)),ashowinfo,\(trim(from: start, to: end)),asetpts=N,\(mixdown)",
        ]
        arguments += FFmpegRecipe.of(format).encode + FFmpegRecipe.of(format).write
        return arguments
    }

    /// The same window and some more on both sides as plain samples of one rate and so many channels, every frame told.
    static func samples(
        url: String, of source: FFmpegSource, _ span: FFmpegSpan, seeking: Bool, rate: Int, channels: Int
    ) -> [String] {
        var arguments = self.source(url, of: source, before: seeking ? span.start : nil)
        let around = trim(from: source.zero + span.start - preroll, to: source.zero + span.end + .milliseconds(500))
        let layout = channels == 1 ? "mono" : "stereo"
        arguments += [
            "-map", "0:a:\(source.track)", "-af",
            "\(around),aresample=\(rate),aformat=channel_layouts=\(layout),ashowinfo",
        ]
        arguments += untouched
        return arguments
    }

    /// Tells the first frame that ends behind `time`, or the first of all.
    static func firstFrame(url: String, of source: FFmpegSource, from time: Duration?, seeking: Bool) -> [String] {
        var arguments = self.source(url, of: source, before: seeking ? time : nil)
        let from = time.map { trim(from: source.zero + $0, to: nil) + "," } ?? ""
        arguments += ["-map", "0:a:\(source.track)", "-frames:a", "1", "-af", "\(from)ashowinfo"]
        arguments += untouched
        return arguments
    }

    private static func trim(from start: Duration, to end: Duration?) -> String {
        "atrim=start=\(seconds(start))" + (end.map { ":end=\(seconds($0))" } ?? "")
    }

    /// A source with its own timestamps.
    ///
    /// - Parameter time: in the presentation; nil: from the beginning.
    private static func source(_ url: String, of source: FFmpegSource, before time: Duration?) -> [String] {
        var arguments = always + ["-copyts"] + only
        if let time, time > preroll { arguments += ["-noaccurate_seek", "-ss", seconds(time - preroll)] }
        arguments += ["-i", url]
        return arguments
    }

    /// What may be opened and decoded at all.
    private static let only = opened + ["-vn", "-sn", "-dn"]

    private static let opened = [
        "-protocol_whitelist", "http,tcp", "-format_whitelist", FFmpegKinds.demuxers.joined(separator: ","),
        "-codec_whitelist", FFmpegKinds.decoders.joined(separator: ","),
    ]

    /// A stream of MP3 frames of one format on standard input as plain samples.
    static func samplesOfStream(rate: Int, channels: Int) -> [String] {
        var arguments = always
        arguments += stdin("mp3")
        arguments += ["-map", "0:a:0", "-ar", String(rate), "-ac", String(channels)]
        arguments += untouched
        return arguments
    }

    /// Plain samples on standard input; at most as many of them as `length` takes.
    static func encode(length: Duration, format: ClipFormat, tags: ClipTags) -> [String] {
        var arguments = always
        arguments += stdin("wav")
        arguments += ["-map", "0:a:0", "-t", seconds(length)]
        arguments += described(tags)
        arguments += FFmpegRecipe.of(format).encode + FFmpegRecipe.of(format).write
        return arguments
    }

    /// A stream of MP3 frames on standard input, as long as its tag says. It brings its own tags along, so these are the
    /// same for every clip.
    static func mux(_ format: ClipFormat) -> [String] {
        var arguments = always
        arguments += stdin("mp3")
        arguments += ["-map", "0:a:0", "-map_metadata", "0"]
        let recipe = FFmpegRecipe.of(format)
        arguments += recipe.copiesFrames ? copied : recipe.encode
        arguments += recipe.write
        return arguments
    }

    /// A clip as a file on standard input, decoded and dropped.
    static func check(_ format: ClipFormat) -> [String] {
        var arguments = always
        // Seekable, because on a pipe the padding at an MP3's end would be played.
        arguments += ["-protocol_whitelist", "file", "-f", FFmpegRecipe.of(format).demuxer, "-i", "/dev/stdin"]
        arguments += ["-map", "0:a:0", "-c:a", "pcm_s16le", "-f", "wav", "/dev/null"]
        return arguments
    }

    /// Only looks at the source; ffmpeg then complains that it has no output.
    static func look(url: String) -> [String] { always + only + ["-i", url] }

    /// The first attached picture as it lies in the source: it is not decoded. Other muxers want to know its size, which takes a
    /// decoder.
    static func picture(url: String) -> [String] {
        always + opened + ["-sn", "-dn", "-i", url, "-map", "0:v:0", "-c", "copy", "-f", "image2pipe", "pipe:1"]
    }

    /// `verbose`, because only then does it say how many samples it encoded; with each line's level before it.
    /// `-threads 1` is the decoder's; more threads cost more than they bring.
    private static let always = [
        "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+verbose", "-y", "-filter_threads", "1", "-threads",
        "1",
    ]

    /// Reading and writing are threads of ffmpeg's, with eight packets between them unless told otherwise: then they wake
    /// each other some 600 times for half a minute, which is a quarter of the processor time that a clip takes.
    private static let copied = ["-c", "copy", "-thread_queue_size", "4096"]

    /// Few listeners have more than two loudspeakers, and not every encoder more than two channels.
    private static let mixdown = "aformat=channel_layouts=mono|stereo"

    /// Floating point, so that nothing is rounded twice.
    private static let untouched = [
        "-map_metadata", "-1", "-map_chapters", "-1", "-c:a", "pcm_f32le", "-fflags", "+bitexact", "-f", "wav",
        "/dev/stdout",
    ]

    private static func stdin(_ demuxer: String) -> [String] {
        ["-protocol_whitelist", "pipe", "-format_whitelist", demuxer, "-f", demuxer, "-i", "pipe:0"]
    }

    private static func described(_ tags: ClipTags) -> [String] {
        var arguments = ["-map_metadata", "-1", "-map_chapters", "-1"]
        if let title = tags.title { arguments += ["-metadata", "title=\(title)"] }
        if let link = tags.link { arguments += ["-metadata", "comment=\(link)"] }
        return arguments
    }

    /// As ffmpeg reads it: `83.007000`, which loses nothing of a microsecond.
    private static func seconds(_ time: Duration) -> String {
        let (whole, attoseconds) = max(time, .zero).components
        let rest = String(attoseconds / 1_000_000_000_000)
        return "\(whole)." + String(repeating: "0", count: 6 - rest.count) + rest
    }
}
