import Glibc

/// An object's attributes, in a hidden file beside the object's own: header lines, as HTTP would send them.
///
/// Its name says which version of the object it belongs to. So it can be written before the object appears, and a reader
/// who has one version open never gets the attributes of another.
enum FolderSidecar {
    private static let longestBytes = 64 * 1_024
    private static let metadataPrefix = "x-amz-meta-"

    static func name(of object: String, _ etag: ETag) -> String { ".\(object).\(etag.text.filter { $0 != "\"" })" }

    static func bytes(_ attributes: ObjectAttributes) throws(ObjectStoreFault) -> [UInt8] {
        Array(try attributes.headers().map { "\($0.name): \($0.value)\n" }.joined().utf8)
    }

    /// Nil if there is no such file or it is not one of ours.
    static func read(_ path: String) -> ObjectAttributes? {
        guard let file = try? FolderFile(opening: path), file.version.sizeBytes <= longestBytes,
            let bytes = try? file.read(0..<file.version.sizeBytes), let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        var attributes = ObjectAttributes(contentType: "")
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            switch line[..<colon] {
            case "content-type": attributes.contentType = value
            case "cache-control": attributes.cacheControl = value
            case "content-disposition": attributes.contentDisposition = value
            case let name where name.hasPrefix(metadataPrefix):
                attributes.metadata[String(name.dropFirst(metadataPrefix.count))] = value
            default: return nil
            }
        }
        return attributes
    }
}
