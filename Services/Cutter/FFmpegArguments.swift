import Domain

/// Every argument that ffmpeg is ever given. None holds a client's text but the cleaned tags.
enum FFmpegArguments {
    /// What a source may be. Playlists and lists of files are not among them: they would make ffmpeg open others.
    static let demuxers = "mp3,mov,ogg,flac,wav,aac"

    /// A window of whatever lies at the loopback URL, decoded and encoded again: exact to the sample.
    static func cut(url: String, window: ClipWindow, format: ClipFormat, tags: ClipTags) -> [String] {
        var arguments = source(url, from: window)
        arguments += window.asOutput
        arguments += described(tags)
        // No player of ours has more than two loudspeakers, and not every encoder more than two channels.
        arguments += ["-filter_threads", "1", "-af", "aformat=channel_layouts=mono|stereo"]
        arguments += encoder(format)
        arguments += output(format)
        return arguments
    }

    /// The same at the nearest MP3 frames and without decoding: up to a frame off, its first frames damaged.
    static func copyFrames(url: String, window: ClipWindow, tags: ClipTags) -> [String] {
        var arguments = source(url, from: window)
        arguments += window.asOutput
        arguments += described(tags)
        arguments += ["-c", "copy"]
        arguments += output(.mp3)
        return arguments
    }

    /// A stream of MP3 frames on standard input, which brings its own tags: so these are the same for every clip.
    ///
    /// - Parameters:
    ///   - copying: the frames as they are; `format` must be MP3 then.
    ///   - length: where to stop; nil: where the stream's tag says.
    static func stream(to format: ClipFormat, copying: Bool, length: Duration?) -> [String] {
        var arguments = always
        arguments += ["-threads", "1", "-protocol_whitelist", "pipe", "-format_whitelist", "mp3", "-f", "mp3"]
        arguments += ["-i", "pipe:0", "-map", "0:a:0", "-map_metadata", "0", "-filter_threads", "1"]
        if let length { arguments += ["-t", seconds(length)] }
        arguments += copying ? ["-c", "copy"] : encoder(format)
        arguments += output(format)
        return arguments
    }

    /// Only looks at the source; ffmpeg then complains that it has no output.
    static func look(url: String) -> [String] { source(url, from: nil) }

    /// `verbose`, because only then does it say how many samples it encoded; with each line's level before it.
    private static let always = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+verbose", "-y"]

    private static func source(_ url: String, from window: ClipWindow?) -> [String] {
        var arguments = always
        arguments += ["-threads", "1", "-protocol_whitelist", "http,tcp", "-format_whitelist", demuxers]
        if let window, window.startMs > 0 { arguments += ["-ss", seconds(window.start)] }
        arguments += ["-i", url]
        return arguments
    }

    private static func described(_ tags: ClipTags) -> [String] {
        var arguments = ["-map_metadata", "-1", "-map_chapters", "-1"]
        if let title = tags.title { arguments += ["-metadata", "title=\(title)"] }
        if let link = tags.link { arguments += ["-metadata", "comment=\(link)"] }
        return arguments
    }

    private static func encoder(_ format: ClipFormat) -> [String] {
        switch format {
        case .mp3: ["-c:a", "libmp3lame", "-b:a", "128k"]
        case .opus, .webm: ["-c:a", "libopus", "-b:a", "64k"]
        case .m4a: ["-c:a", "aac", "-b:a", "128k"]
        case .wav: ["-c:a", "pcm_s16le"]
        }
    }

    /// The same input gives the same bytes: no dates, no random ids, no versions, one thread. They go to standard output,
    /// which is a file in memory: a muxer goes back to fill in its header.
    private static func output(_ format: ClipFormat) -> [String] {
        var arguments = ["-fflags", "+bitexact", "-flags:a", "+bitexact", "-threads", "1"]
        switch format {
        case .mp3: arguments += ["-id3v2_version", "4", "-write_id3v1", "0", "-f", "mp3"]
        case .opus: arguments += ["-f", "opus"]
        case .webm: arguments += ["-f", "webm"]
        case .m4a: arguments += ["-movflags", "+faststart", "-f", "ipod"]
        case .wav: arguments += ["-f", "wav"]
        }
        arguments.append("/dev/stdout")
        return arguments
    }

    /// As ffmpeg reads it: `83.007000`, which loses nothing of a microsecond.
    fileprivate static func seconds(_ time: Duration) -> String {
        let (whole, attoseconds) = max(time, .zero).components
        let rest = String(attoseconds / 1_000_000_000_000)
        return "\(whole)." + String(repeating: "0", count: 6 - rest.count) + rest
    }
}

extension ClipWindow {
    /// The first sound, as long as asked. Without `-map` a cover picture is a video, which ffmpeg reads to the file's end.
    fileprivate var asOutput: [String] { ["-map", "0:a:0", "-t", FFmpegArguments.seconds(duration)] }
}
