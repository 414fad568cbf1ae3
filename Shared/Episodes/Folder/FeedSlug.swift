/// Folder names as the first part of a storage key.
enum FeedSlug {
    private static let longestSegmentBytes = 64
    private static let longestBytes = 256

    /// One segment for each folder: letters and digits in lower case, anything else between them a single `-`, and `feed`
    /// for a name that has neither. Too much is cut off.
    static func cleaned(_ folders: [String]) -> String {
        var slug = ""
        for folder in folders {
            let segment = segment(folder)
            guard slug.utf8.count + segment.utf8.count < longestBytes else { break }
            slug += (slug.isEmpty ? "" : "/") + segment
        }
        return slug
    }

    private static func segment(_ name: String) -> String {
        var segment = ""
        var isGap = false
        for character in name.lowercased() {
            guard character.isLetter || character.isNumber else {
                isGap = true
                continue
            }
            guard segment.utf8.count + character.utf8.count < longestSegmentBytes else { break }
            if isGap, !segment.isEmpty { segment += "-" }
            isGap = false
            segment.append(character)
        }
        return segment.isEmpty ? "feed" : segment
    }
}
