import Settings

/// How much the search over what is said may take.
struct SearchSettings: Sendable {
    var bytes: Int

    init(from read: inout SettingsReader) {
        bytes = read.bytes(
            "SEARCH_INDEX_BYTES", default: 256 << 20, in: (1 << 20)...(1 << 40),
            "memory for the words of the folder's transcripts; beyond it the episodes that come later can't be searched"
        )
    }
}
