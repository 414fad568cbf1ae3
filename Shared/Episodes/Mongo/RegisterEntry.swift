import Domain

/// One document of `audio_clips`: the clips of one window, one for each format.
///
/// Taking in clips commutes, so registers that hear of them in different orders end with the same document.
struct RegisterEntry: Equatable {
    let episode: ObjectID
    let window: ClipWindow
    private(set) var clips: [ClipFormat: RegisteredClip] = [:]

    /// The first entry for a clip's window.
    init(_ clip: RegisteredClip) {
        episode = clip.key.episode
        window = clip.key.window
        take(clip)
    }

    /// What a stored document says about a window. Clips of the old system, whose keys are not of our form, are left out:
    /// they are not served, so any of ours takes their place.
    init(_ document: BSONDocument, episode: ObjectID, window: ClipWindow) {
        self.episode = episode
        self.window = window
        let others = document.document("formats")?.fields ?? []
        for case let fields? in [document]
            + others.map({ if case .document(let made) = $0.value { made } else { nil } })
        {
            if let clip = RegisteredClip(fields), clip.key.episode == episode, clip.key.window == window { take(clip) }
        }
    }

    /// Takes in a clip, unless one of the same format that was stored later is known.
    mutating func take(_ clip: RegisteredClip) {
        let known = clips[clip.key.format]
        if let known, known.isLater(than: clip) { return }
        clips[clip.key.format] = clip
    }

    /// The clip in the document's own fields: the MP3, or else the sound that was made first, or else what was made first.
    private var foremost: RegisteredClip? {
        func first(_ clips: some Sequence<RegisteredClip>) -> RegisteredClip? { clips.min { $1.isLater(than: $0) } }
        return clips[.mp3] ?? first(clips.values.filter(\.key.format.isAudio)) ?? first(clips.values)
    }

    /// The fields that are ours; others in the document stay as they are.
    var fields: BSONDocument {
        var document: BSONDocument = [
            "episode_id": .string(episode.description), "clip_start_ms": .int32(window.startMs),
            "clip_end_ms": .int32(window.endMs),
        ]
        guard let foremost else { return document }
        document.fields += foremost.fields.fields
        let others = ClipFormat.variants.compactMap { clips[$0] }.filter { $0 != foremost }
        document.fields.append(
            .init(
                name: "formats",
                value: .document(
                    BSONDocument(others.map { .init(name: $0.key.format.rawValue, value: .document($0.fields)) }))))
        return document
    }
}

extension RegisteredClip {
    fileprivate var fields: BSONDocument {
        [
            "s3_key": .string(key.description),
            // The validator that is there already may want a 32-bit number, and no clip needs more.
            "file_size_bytes": Int32(exactly: sizeBytes).map(BSONValue.int32) ?? .int64(sizeBytes),
            "generated_at": .date(storedAtUnixSeconds * 1000),
            "cut_version": .int32(Int32(key.cutVersion.number)),
            "source_version": .string(key.sourceVersion.description),
        ]
    }

    fileprivate init?(_ document: BSONDocument) {
        guard let key = document.string("s3_key").flatMap(ObjectKey.init(parsing:)),
            case .date(let storedAtMs) = document["generated_at"]
        else { return nil }
        self.init(
            key: key, sizeBytes: document["file_size_bytes"]?.integer ?? 0, storedAtUnixSeconds: storedAtMs / 1000)
    }

    /// Whether this clip counts rather than another of the same window. A total order: where the times are equal the keys
    /// decide, and then the sizes.
    fileprivate func isLater(than other: RegisteredClip) -> Bool {
        let mine = (storedAtUnixSeconds, key.description, sizeBytes)
        return mine > (other.storedAtUnixSeconds, other.key.description, other.sizeBytes)
    }
}
