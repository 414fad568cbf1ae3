import Glibc

/// The files of a `FolderObjectStore`. Its calls block.
struct FolderTree: Sendable {
    let folder: String
    /// Where files are written before they get their name.
    let incoming: String

    struct Object: Sendable {
        let found: FolderReading.Found
        let attributes: ObjectAttributes
        var info: ObjectInfo { found.info }
    }

    /// - Throws: `.missingObject`, `.missingBucket`, `.denied`, `.storage`.
    func find(_ key: String, at path: String) throws(ObjectStoreFault) -> Object {
        let (above, name) = Self.split(path)
        for attempt in 0... {
            let file: FolderFile
            do throws(ObjectStoreFault) {
                file = try FolderFile(opening: path)
            } catch {
                throw missing(error)
            }
            let etag = try Self.etag(file.version)
            let attributes = FolderSidecar.read("\(above)/\(FolderSidecar.name(of: name, etag))")
            // Replaced just now, and its attributes already gone: so look again.
            if attributes == nil, attempt < 3, Self.version(at: path) != file.version { continue }
            let known = attributes ?? ObjectAttributes(contentType: "application/octet-stream")
            let info = ObjectInfo(
                key: key, sizeBytes: file.version.sizeBytes, etag: etag,
                lastModifiedUnixSeconds: file.version.modifiedUnixSeconds, metadata: known.metadata,
                contentType: known.contentType)
            return Object(found: .init(file: file, info: info), attributes: known)
        }
        throw .missingObject
    }

    func put(
        _ bytes: [UInt8], sidecar: [UInt8], at path: String, condition: PutCondition
    ) throws(ObjectStoreFault) -> PutOutcome {
        if case .ifAbsent = condition, Self.version(at: path) != nil { return .alreadyThere }
        let (above, name) = Self.split(path)
        do throws(ObjectStoreFault) {
            let object = try FolderTemporary(in: incoming)
            let version = try object.write(bytes)
            let beside = try FolderTemporary(in: incoming)
            _ = try beside.write(sidecar)
            let etag = try Self.etag(version)
            let sidecarPath = "\(above)/\(FolderSidecar.name(of: name, etag))"
            let replaced = Self.version(at: path)
            // A delete beside us may take away a folder that it finds empty.
            for attempt in 0... {
                try Self.make(above)
                // The attributes come first: nobody sees them before the object itself is there.
                let result = Self.name(beside.path, sidecarPath) ? Self.publish(object.path, path, condition) : errno
                switch result {
                case 0: break
                case ENOENT where attempt < 8: continue
                case EEXIST:
                    if Self.version(at: path).map({ try? Self.etag($0) }) != etag { unlink(sidecarPath) }
                    return .alreadyThere
                default: throw ObjectStoreFault(errno: result)
                }
                break
            }
            if let replaced, replaced != version {
                unlink("\(above)/\(FolderSidecar.name(of: name, try Self.etag(replaced)))")
            }
            return .stored(etag: etag, atUnixSeconds: version.modifiedUnixSeconds)
        } catch {
            throw missing(error)
        }
    }

    func delete(at path: String) throws(ObjectStoreFault) {
        let version = Self.version(at: path)
        guard unlink(path) == 0 else {
            let fault = missing(ObjectStoreFault(errno: errno))
            if fault == .missingObject { return }
            throw fault
        }
        var (above, name) = Self.split(path)
        if let version { unlink("\(above)/\(FolderSidecar.name(of: name, try Self.etag(version)))") }
        while above != folder, rmdir(above) == 0 { (above, name) = Self.split(above) }
    }

    /// Makes a folder and those above it, for its owner alone.
    static func make(_ path: String) throws(ObjectStoreFault) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path.dropFirst().contains("/") else { throw ObjectStoreFault(errno: errno) }
        try make(split(path).above)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw ObjectStoreFault(errno: errno) }
    }

    /// From size and time alone, so that a folder copied with its times keeps its tags and attributes.
    static func etag(_ version: FolderFile.Version) throws(ObjectStoreFault) -> ETag {
        guard let etag = ETag(hashing: "\(version.sizeBytes) \(version.modifiedNanoseconds)") else {
            throw .malformedAnswer(what: "an entity tag")
        }
        return etag
    }

    static func version(at path: String) -> FolderFile.Version? {
        var status = stat()
        return lstat(path, &status) == 0 ? FolderFile.Version(status) : nil
    }

    /// "Missing" may mean the whole store.
    func missing(_ fault: ObjectStoreFault) -> ObjectStoreFault {
        fault == .missingObject && access(incoming, F_OK) != 0 ? .missingBucket : fault
    }

    /// Gives a file a second name, also over a file that has it.
    private static func name(_ path: String, _ new: String) -> Bool {
        if link(path, new) == 0 { return true }
        guard errno == EEXIST else { return false }
        return rename(path, new) == 0
    }

    /// - Returns: 0, or the `errno`: `EEXIST` if the condition does not hold.
    private static func publish(_ path: String, _ object: String, _ condition: PutCondition) -> Int32 {
        switch condition {
        case .ifAbsent: link(path, object) == 0 ? 0 : errno
        case .none: rename(path, object) == 0 ? 0 : errno
        }
    }

    private static func split(_ path: String) -> (above: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
