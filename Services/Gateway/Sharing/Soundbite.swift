import Text

/// A clip as the podcast namespace marks it in a feed (podcastindex.org/namespace/1.0, "Soundbite").
enum Soundbite {
    /// Of the text, in characters.
    private static let longestTitle = 128

    /// - Parameter title: nil: the episode's, which readers take then.
    static func xml(startMs: Int32, endMs: Int32, title: String?) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <podcast:soundbite xmlns:podcast="https://podcastindex.org/namespace/1.0" startTime="\(seconds(startMs))" \
        duration="\(seconds(endMs - startMs))">\(HTMLText.escaped(HTMLText.shortened(title ?? "", to: longestTitle)))</podcast:soundbite>

        """
    }

    /// As a decimal number, without a loss.
    private static func seconds(_ milliseconds: Int32) -> String {
        let rest = String(1000 + milliseconds % 1000).dropFirst()
        return "\(milliseconds / 1000).\(rest)"
    }
}
