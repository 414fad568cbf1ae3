import CExpat

/// Reads a document of S3's with expat, in memory: no document type, no entities but XML's own five, nothing fetched.
enum XMLReader {
    static func read(_ bytes: [UInt8], limits: XMLLimits = XMLLimits()) throws(XMLFault) -> XMLElement {
        guard bytes.count <= limits.bytes, let length = Int32(exactly: bytes.count) else { throw .tooLong }
        guard let parser = XML_ParserCreate("UTF-8") else { fatalError("out of memory") }
        defer { XML_ParserFree(parser) }
        let tree = TreeBuilder(parser, limits: limits)
        setHandlers(of: parser, tree)
        let status = withExtendedLifetime(tree) {
            bytes.withUnsafeBytes { XML_Parse(parser, $0.baseAddress, length, 1) }
        }
        if let fault = tree.fault { throw fault }
        guard status == XML_STATUS_OK, let root = tree.root else { throw .malformed }
        return root
    }

    private static func setHandlers(of parser: XML_Parser, _ tree: TreeBuilder) {
        // Unretained: `read` holds the tree for as long as expat may call.
        XML_SetUserData(parser, Unmanaged.passUnretained(tree).toOpaque())
        XML_SetElementHandler(
            parser,
            { tree, name, _ in
                if let name { TreeBuilder.of(tree).start(String(cString: name)) }
            },
            { tree, _ in TreeBuilder.of(tree).end() })
        XML_SetCharacterDataHandler(parser) { tree, text, count in
            let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
            TreeBuilder.of(tree).add(String(decoding: bytes, as: UTF8.self))
        }
        XML_SetStartDoctypeDeclHandler(parser) { tree, _, _, _, _ in TreeBuilder.of(tree).stop(.documentType) }
    }
}

/// The tree while it grows.
private final class TreeBuilder {
    private(set) var root: XMLElement?
    private(set) var fault: XMLFault?
    private let parser: XML_Parser
    private let limits: XMLLimits
    private var open: [XMLElement] = []
    private var elements = 0

    init(_ parser: XML_Parser, limits: XMLLimits) {
        self.parser = parser
        self.limits = limits
    }

    static func of(_ tree: UnsafeMutableRawPointer?) -> TreeBuilder {
        // The pointer is the one that `setHandlers` gave.
        Unmanaged<TreeBuilder>.fromOpaque(tree!).takeUnretainedValue()
    }

    func start(_ name: String) {
        elements += 1
        if open.count >= limits.depth { return stop(.tooDeep) }
        if elements > limits.elements { return stop(.tooManyElements) }
        open.append(XMLElement(name: String(name.split(separator: ":").last ?? "")))
    }

    func add(_ text: String) {
        guard !open.isEmpty else { return }
        open[open.count - 1].text += text
    }

    func end() {
        // After a stop expat may still report the end of the element that it is in.
        guard fault == nil, let element = open.popLast() else { return }
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    func stop(_ fault: XMLFault) {
        self.fault = self.fault ?? fault
        XML_StopParser(parser, XML_Bool(XML_FALSE))
    }
}
