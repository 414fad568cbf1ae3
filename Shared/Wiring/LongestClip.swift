import Settings

extension SettingsReader {
    /// The gateway refuses what is longer, and the resolver moves no edge to a longer clip.
    public mutating func longestClip() -> Duration {
        duration(
            "LONGEST_CLIP", default: .seconds(60), in: .milliseconds(1)...(.seconds(3600)),
            "upper bound of duration_ms, and of clips whose edges are moved")
    }
}
