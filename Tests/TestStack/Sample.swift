/// Audio files as ffmpeg makes them.
public enum Sample {
    /// A tone that rises by 3 Hz a second, so that each second is itself; MP3 of 128 kbit/s unless `options` say otherwise.
    public static func make(
        _ path: String, seconds: Int = 60, _ options: [String] = ["-c:a", "libmp3lame", "-b:a", "128k"]
    ) async throws {
        try await Tool.run(
            "ffmpeg",
            ["-v", "error", "-f", "lavfi", "-i", "aevalsrc='0.4*sin(2*PI*t*(200+3*t))':s=44100:d=\(seconds)"] + options
                + [path])
    }
}
