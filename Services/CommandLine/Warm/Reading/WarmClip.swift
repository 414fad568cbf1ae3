import Domain

/// One clip to be made ahead of need: an entry of a batch.
struct WarmClip: Hashable, Sendable {
    /// Where it was asked for, from 1: a line of a list, or a chunk's place in its episode.
    let place: Int
    let episode: String
    /// In milliseconds; nil where another field says what is asked for.
    let startMs: Int64?
    /// In milliseconds; nil: as long as the gateway makes clips.
    let durationMs: Int64?
    let format: ClipFormat
    /// As JSON: what the gateway is asked, and what makes two clips the same.
    let entry: String

    static func == (one: WarmClip, other: WarmClip) -> Bool { one.entry == other.entry }
    func hash(into hasher: inout Hasher) { hasher.combine(entry) }
}
