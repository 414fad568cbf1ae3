/// One element of a small document: what S3 answers with. Attributes are left out, names have lost their prefix.
struct XMLElement: Equatable {
    let name: String
    /// The text directly inside, pieces between children joined.
    var text = ""
    var children: [XMLElement] = []

    /// The text of the first child of that name.
    subscript(name: String) -> String? { children.first { $0.name == name }?.text }
}

/// Why a document was not read.
enum XMLFault: Error, Equatable {
    /// Not well-formed, or not UTF-8.
    case malformed
    /// A document type: S3 sends none, and entities are how XML attacks its reader.
    case documentType
    case tooDeep
    case tooManyElements
    case tooLong
}

/// How much of a document is believed.
struct XMLLimits {
    var bytes = 8 << 20
    var depth = 16
    /// A page of a listing has up to 1,000 objects of about eight elements each.
    var elements = 20_000
}
