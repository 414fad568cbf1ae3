import Glibc
import Text
import YAML

// embed-description PAGE FILE: writes a Swift file with what a page in YAML says, as JSON in the constant `openAPI`.
//
// Exit status: 0 it is written; 1 the page can't be read, or the file can't be written.

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

let words = CommandLine.arguments
guard words.count == 3 else { stop("embed-description: expected PAGE FILE") }
guard let page = contents(of: words[1]) else { stop("\(words[1]): can't be read") }
let value: YAMLValue
do throws(YAMLFault) { value = try YAMLValue(parsing: String(decoding: page, as: UTF8.self)) } catch {
    // As compilers name a place, so that editors find it.
    stop("\(words[1]):\(error.line): error: \(error.problem)")
}
var json = JSONWriter(reserving: page.count)
value.write(to: &json)
// A raw string: within it only a quote with the marks behind it, and a backslash with them, mean something.
var marks = "##"
while value.holds(marks) { marks += "#" }
let text = """
    // Written by embed-description from \(words[1].split(separator: "/").last ?? "").
    let openAPI: StaticString = \(marks)\"\"\"
    \(String(decoding: json.bytes, as: UTF8.self))
    \"\"\"\(marks)

    """
guard let file = fopen(words[2], "w") else { stop("\(words[2]): can't be written") }
guard fputs(text, file) >= 0, fclose(file) == 0 else { stop("\(words[2]): can't be written") }
