import Glibc

/// What programs of the build do that write a file's text into Swift source. They end with 1 where that can't be done.
public enum SourceText {
    /// Ends the program.
    public static func stop(_ why: String) -> Never {
        let line = Array("\(why)\n".utf8)
        _ = Glibc.write(STDERR_FILENO, line, line.count)
        exit(1)
    }

    /// All of a file; ends the program if it can't be read.
    public static func read(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { stop("\(path): can't be read") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
        guard ferror(file) == 0 else { stop("\(path): can't be read") }
        return bytes
    }

    /// Makes the file anew; ends the program if it can't be written.
    public static func write(_ text: String, to path: String) {
        guard let file = fopen(path, "w") else { stop("\(path): can't be written") }
        guard fputs(text, file) >= 0, fclose(file) == 0 else { stop("\(path): can't be written") }
    }

    /// A raw string of several lines: within it only a quote with the marks behind it, and a backslash with them, mean something.
    public static func literal(_ text: String) -> String {
        var marks = "##"
        while text.contains(marks) { marks += "#" }
        return "\(marks)\"\"\"\n\(text)\n\"\"\"\(marks)"
    }
}
