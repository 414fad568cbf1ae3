/// The text of cues and names of speakers, as others wrote them.
enum CueText {
    /// On one line: white space of every kind run together to single spaces, none at the ends, and no control character.
    /// Characters that only say how others are joined or turned stay, since some scripts are not read without them.
    static func cleaned(_ text: String) -> String {
        var cleaned = String.UnicodeScalarView()
        var isGap = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace || scalar.value == 0x2028 || scalar.value == 0x2029 {
                isGap = !cleaned.isEmpty
            } else if !isControl(scalar) {
                if isGap { cleaned.append(" ") }
                isGap = false
                cleaned.append(scalar)
            }
        }
        return String(cleaned)
    }

    /// C0, DEL and C1, the mark of byte order, and what Unicode has reserved for being nothing.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0xFEFF
            || scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value)
    }

    /// Whether a script is written without spaces between its words: a line may break before and after each character.
    static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Ideographs, kana, bopomofo, fullwidth forms, and the scripts of Thailand, Laos, Burma and Cambodia.
        case 0x2E80...0x9FFF, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFFEF, 0x20000...0x3FFFF, 0x0E00...0x0EFF,
            0x1000...0x109F, 0x1780...0x17FF:
            true
        default: false
        }
    }

    /// Where two texts that were apart are put together.
    static func needsSpace(between first: String, and second: String) -> Bool {
        guard let last = first.unicodeScalars.last, let next = second.unicodeScalars.first else { return false }
        if isUnspaced(last) || isUnspaced(next) { return false }
        return !",.;:!?…)]}%".unicodeScalars.contains(next)
    }
}
