/// What stands before a full stop that need not end a sentence, in English and German, with some of French and Spanish.
enum Abbreviations {
    /// No abbreviation and no word that matters has more characters.
    static let longest = 24

    /// Whether a sentence goes on behind `word.`.
    ///
    /// - Parameters:
    ///   - word: without the full stop behind it.
    ///   - previous: the word before.
    ///   - next: what follows; not in lower case.
    static func goOn(behind word: String, previous: String, then next: String.UnicodeScalarView) -> Bool {
        let lower = word.lowercased()
        let begins = starters.contains(String(next).lowercased())
        if titles.contains(lower) { return true }
        if counted.contains(lower) { return next.first.map { $0.properties.numericType != nil } ?? false }
        if isOrdinal(lower) {
            return months.contains(String(next).lowercased()) || ordinalWords.contains(previous.lowercased())
        }
        if isInitial(word) || lower.contains(".") && isDotted(lower) || either.contains(lower) { return !begins }
        return false
    }

    /// One letter, as in J. R. R. and z. B., but for "I", which is a word.
    private static func isInitial(_ word: String) -> Bool {
        let scalars = word.unicodeScalars
        return scalars.count == 1 && scalars.first?.properties.isAlphabetic == true && word != "I"
    }

    /// Letters with full stops between them, as in U.S, e.g and z.B.
    private static func isDotted(_ word: String) -> Bool {
        word.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
            (1...2).contains($0.unicodeScalars.count)
        }
            && word.unicodeScalars.allSatisfy { $0 == "." || $0.properties.isAlphabetic }
    }

    private static func isOrdinal(_ word: String) -> Bool {
        (1...2).contains(word.utf8.count) && word.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Before a name; no sentence ends with them.
    private static let titles: Set<String> = [
        "mr", "mrs", "ms", "mx", "dr", "prof", "st", "rev", "hon", "gen", "col", "maj", "capt", "lt", "sgt", "gov",
        "sen",
        "rep", "pres", "vs", "hr", "fr", "dipl", "ing", "mag", "bzw", "sog", "ca", "vgl", "evtl", "ggf", "inkl", "zzgl",
        "geb", "mme", "mlle", "sra", "srta", "ud", "uds", "mt", "ft", "approx", "dept", "ave", "blvd",
    ]

    /// Before a number.
    private static let counted: Set<String> = [
        "no", "nr", "nos", "fig", "abb", "art", "vol", "bd", "p", "pp", "s", "ch", "chap", "kap", "sec", "abs", "tel",
        "jan",
        "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "okt", "nov", "dec", "dez",
    ]

    /// Within a sentence and at its end.
    private static let either: Set<String> = [
        "etc", "usw", "inc", "ltd", "co", "corp", "jr", "sr", "bros", "est", "ph.d", "al", "str", "mio", "mrd",
    ]

    private static let months: Set<String> = [
        "januar", "jänner", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober",
        "november",
        "dezember",
    ]

    /// Before an ordinal number in German.
    private static let ordinalWords: Set<String> = [
        "der", "die", "das", "dem", "den", "des", "am", "im", "vom", "zum", "zur", "beim", "ein", "eine", "einem",
        "einen",
        "einer", "jeder", "jede", "jedes", "jeden", "ihr", "ihre", "sein", "seine", "mein", "meine", "unser", "unsere",
    ]

    /// With which sentences like to begin, and names hardly ever do.
    private static let starters: Set<String> = [
        "the", "a", "an", "and", "but", "so", "or", "then", "now", "he", "she", "it", "we", "they", "you", "i", "i'm",
        "it's",
        "that's", "there", "this", "that", "these", "those", "what", "when", "where", "why", "how", "who", "if", "in",
        "on",
        "at", "for", "as", "my", "his", "her", "our", "their", "yes", "no", "well", "because", "however", "also",
        "let's",
        "der", "die", "das", "ein", "eine", "und", "aber", "oder", "dann", "er", "sie", "es", "wir", "ich", "ihr",
        "man",
        "wenn", "weil", "was", "wie", "wer", "wo", "warum", "dies", "diese", "dieser", "dieses", "doch", "auch", "ja",
        "nein",
        "hier", "da", "heute", "morgen", "jetzt", "danach", "deshalb", "le", "la", "les", "il", "elle", "el", "los",
        "las", "y",
    ]
}
