import Glibc

/// One name in a folder.
public struct FolderEntry: Hashable, Sendable {
    public enum Kind: Sendable {
        case file, folder, link, other
    }

    public let name: String
    public let kind: Kind

    /// What a folder holds, in no order; names that are not UTF-8 are left out. Blocks.
    ///
    /// - Throws: `.missingObject`, `.denied`, `.storage`.
    public static func all(in folder: String) throws(ObjectStoreFault) -> [FolderEntry] {
        guard let stream = opendir(folder) else { throw ObjectStoreFault(errno: errno) }
        defer { closedir(stream) }
        var entries: [FolderEntry] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw ObjectStoreFault(errno: errno) }
                return entries
            }
            // Not by copying the field: the record may be shorter than the type says.
            let bytes = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
            guard let name = String(validatingCString: bytes.assumingMemoryBound(to: CChar.self)) else { continue }
            if name == "." || name == ".." { continue }
            entries.append(FolderEntry(name: name, kind: kind(of: entry.pointee.d_type, "\(folder)/\(name)")))
        }
    }

    private static func kind(of type: UInt8, _ path: String) -> Kind {
        switch Int(type) {
        case Int(DT_REG): return .file
        case Int(DT_DIR): return .folder
        case Int(DT_LNK): return .link
        case Int(DT_UNKNOWN):  // some file systems don't say
            var status = stat()
            guard lstat(path, &status) == 0 else { return .other }
            switch status.st_mode & S_IFMT {
            case S_IFREG: return .file
            case S_IFDIR: return .folder
            case S_IFLNK: return .link
            default: return .other
            }
        default: return .other
        }
    }
}
