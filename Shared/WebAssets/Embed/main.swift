import Glibc

// embed-assets OUT FILE...: writes a Swift file with the texts of files, by their names, in the constant `embeddedAssets`.
//
// Exit status: 0 it is written; 1 a file can't be read or is no UTF-8, or OUT can't be written.

func stop(_ why: String) -> Never {
    let line = Array("\(why)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(1)
}

func contents(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = fread(&piece, 1, piece.count, file), count > 0 { bytes += piece[..<count] }
    return ferror(file) == 0 ? bytes : nil
}

/// As a raw string: within it only a quote with the marks behind it, and a backslash with them, mean something.
func literal(_ text: String) -> String {
    var marks = "##"
    while text.contains("\"\(marks)") || text.contains("\\\(marks)") { marks += "#" }
    return "\(marks)\"\"\"\n\(text)\n\"\"\"\(marks)"
}

let words = CommandLine.arguments
guard words.count > 2 else { stop("embed-assets: expected OUT FILE...") }
var entries = ""
for path in words[2...].sorted() {
    guard let bytes = contents(of: path) else { stop("\(path): can't be read") }
    guard let text = String(validating: bytes, as: UTF8.self), !text.contains("\r") else {
        stop("\(path):1: error: expected UTF-8 with line feeds alone")
    }
    let name = path.split(separator: "/").last ?? ""
    entries += "(\"\(name)\", \(literal(text))),\n"
}
let text = """
    // Written by embed-assets.
    let embeddedAssets: [(name: StaticString, text: StaticString)] = [
    \(entries)]

    """
guard let file = fopen(words[1], "w") else { stop("\(words[1]): can't be written") }
guard fputs(text, file) >= 0, fclose(file) == 0 else { stop("\(words[1]): can't be written") }
