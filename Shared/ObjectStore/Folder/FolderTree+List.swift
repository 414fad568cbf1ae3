extension FolderTree {
    /// The objects whose key starts with `prefix`, in the order of their keys' bytes.
    ///
    /// - Throws: `.missingBucket`, `.denied`, `.storage`.
    func list(prefix: String, limit: Int) throws(ObjectStoreFault) -> [ObjectInfo] {
        guard limit > 0 else { return [] }
        var keys = try paths(prefix: prefix)
        keys.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var objects: [ObjectInfo] = []
        for (key, path) in keys {
            // One that was removed meanwhile isn't there.
            guard let version = Self.version(at: path) else { continue }
            objects.append(
                ObjectInfo(
                    key: key, sizeBytes: version.sizeBytes, etag: try Self.etag(version),
                    lastModifiedUnixSeconds: version.modifiedUnixSeconds))
            if objects.count == limit { break }
        }
        return objects
    }

    /// Where the objects lie, in no order.
    func paths(prefix: String = "") throws(ObjectStoreFault) -> [(key: String, path: String)] {
        var keys: [(key: String, path: String)] = []
        try walk(FolderPath.folders(above: prefix), prefix: prefix, into: &keys)
        return keys
    }

    private func walk(
        _ names: [String], prefix: String, into keys: inout [(key: String, path: String)]
    ) throws(ObjectStoreFault) {
        let path = ([folder] + names).joined(separator: "/")
        let entries: [FolderEntry]
        do throws(ObjectStoreFault) {
            entries = try FolderEntry.all(in: path)
        } catch {
            guard missing(error) == .missingObject else { throw missing(error) }
            return
        }
        for entry in entries {
            switch (entry.kind, FolderPath.part(entry.name)) {
            case (.folder, .folder), (.folder, .piece): try walk(names + [entry.name], prefix: prefix, into: &keys)
            case (.file, .object):
                let names = names + [entry.name]
                // A file that the store would have put elsewhere is none of its objects.
                guard let key = FolderPath.key(of: names), FolderPath.names(for: key) == names,
                    key.hasUTF8Prefix(prefix)
                else { continue }
                keys.append((key, "\(path)/\(entry.name)"))
            default: continue
            }
        }
    }
}

extension String {
    /// Byte by byte: `hasPrefix` takes different bytes for equal if they look the same.
    fileprivate func hasUTF8Prefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }
}
