import Settings

/// How much the clips folder of `cutroom serve` may hold. How long is `CLIP_LIFETIME`.
struct ClipsFolderSettings: Sendable {
    var bytes: Int
    var sweepEvery: Duration

    init(from read: inout SettingsReader) {
        bytes = read.bytes(
            "CLIPS_FOLDER_BYTES", default: 10 << 30, in: (1 << 20)...(1 << 50),
            "what clips may take on disk; beyond it those go that were not used for longest")
        sweepEvery = read.duration(
            "CLIPS_FOLDER_SWEEP", default: .seconds(600), in: .seconds(1)...(.seconds(86_400)),
            "between two looks for clips that are too old, or were removed by hand")
    }
}
