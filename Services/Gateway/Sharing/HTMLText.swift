/// Untrusted text in HTML and XML: always text, never markup.
enum HTMLText {
    /// For an element's content and for an attribute's value in double quotes (HTML Standard, 13.3; XML 1.0, 2.4).
    static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in visible(text).unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Control characters, which XML forbids, become spaces; what turns the direction of what stands around it (UAX 9) or is not
    /// seen goes. The joiners stay: they are part of how emoji and some scripts are written.
    static func visible(_ text: some StringProtocol) -> String {
        var visible = ""
        visible.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: visible += " "
            case .format where scalar.value != 0x200C && scalar.value != 0x200D: break
            case .privateUse, .surrogate, .unassigned: break
            default: visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }

    /// Words of either direction among ours: `bdi` keeps their direction to themselves (HTML Standard, 4.5.24).
    static func isolated(_ text: some StringProtocol) -> String { "<bdi>\(escaped(text))</bdi>" }

    /// Whole characters from the start, and a mark where some are left out.
    static func shortened(_ text: String, to count: Int) -> String {
        text.count > count ? String(text.prefix(count - 1)) + "…" : text
    }

    /// `1:05:00`, rounded down.
    static func clock(_ milliseconds: Int32) -> String {
        let seconds = milliseconds / 1000
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return (hours > 0 ? "\(hours):\(two(minutes))" : "\(minutes)") + ":" + two(seconds % 60)
    }
}
