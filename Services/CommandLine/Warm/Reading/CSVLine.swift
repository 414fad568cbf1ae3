/// One line of comma-separated values, its fields with the place at which each begins.
///
/// Source: RFC 4180, but that a quoted field ends on its line: nothing that is asked for here has a line end in it.
struct CSVLine {
    struct Field: Equatable {
        let text: String
        /// Byte of the line, from 0.
        let start: Int
    }

    let fields: [Field]

    /// - Parameter line: without its end.
    init(_ line: [UInt8]) throws(ClipListFault) {
        let (comma, quote) = (UInt8(ascii: ","), UInt8(ascii: "\""))
        var fields: [Field] = []
        var at = 0
        while true {
            let start = at
            var bytes: [UInt8] = []
            if at < line.count, line[at] == quote {
                at += 1
                while true {
                    guard at < line.count else {
                        throw ClipListFault(line, at: start, "a quoted field has no end on its line")
                    }
                    if line[at] == quote {
                        at += 1
                        guard at < line.count, line[at] == quote else { break }
                    }
                    bytes.append(line[at])
                    at += 1
                }
                guard at == line.count || line[at] == comma else {
                    throw ClipListFault(line, at: at, "behind a quoted field a comma is expected")
                }
            } else {
                while at < line.count, line[at] != comma {
                    guard line[at] != quote else {
                        throw ClipListFault(line, at: at, "a quote is expected only around a whole field")
                    }
                    bytes.append(line[at])
                    at += 1
                }
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw ClipListFault(line, at: start, "the field is not UTF-8")
            }
            fields.append(Field(text: text, start: start))
            guard at < line.count else { break }
            at += 1
        }
        self.fields = fields
    }
}
