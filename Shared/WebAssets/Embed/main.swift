import SourceText

// embed-assets OUT FILE...: writes a Swift file with the texts of files, by their names, in the constant `embeddedAssets`.
//
// Exit status: 0 it is written; 1 a file can't be read or is no UTF-8, or OUT can't be written.

let words = CommandLine.arguments
guard words.count > 2 else { SourceText.stop("embed-assets: expected OUT FILE...") }
var entries = ""
for path in words[2...].sorted() {
    guard let text = String(validating: SourceText.read(path), as: UTF8.self), !text.contains("\r") else {
        SourceText.stop("\(path):1: error: expected UTF-8 with line feeds alone")
    }
    let name = path.split(separator: "/").last ?? ""
    entries += "(\"\(name)\", \(SourceText.literal(text))),\n"
}
SourceText.write(
    """
    // Written by embed-assets.
    let embeddedAssets: [(name: StaticString, text: StaticString)] = [
    \(entries)]

    """, to: words[1])
