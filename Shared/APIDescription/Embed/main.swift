import SourceText
import Text
import YAML

// embed-description PAGE FILE: writes a Swift file with what a page in YAML says, as JSON in the constant `openAPI`.
//
// Exit status: 0 it is written; 1 the page can't be read, or the file can't be written.

let words = CommandLine.arguments
guard words.count == 3 else { SourceText.stop("embed-description: expected PAGE FILE") }
let page = SourceText.read(words[1])
let value: YAMLValue
do throws(YAMLFault) { value = try YAMLValue(parsing: String(decoding: page, as: UTF8.self)) } catch {
    // As compilers name a place, so that editors find it.
    SourceText.stop("\(words[1]):\(error.line): error: \(error.problem)")
}
var json = JSONWriter(reserving: page.count)
value.write(to: &json)
SourceText.write(
    """
    // Written by embed-description from \(words[1].split(separator: "/").last ?? "").
    let openAPI: StaticString = \(SourceText.literal(String(decoding: json.bytes, as: UTF8.self)))

    """, to: words[2])
