import Domain
import ObjectStore
import Threads

/// One local file as a store that holds nothing else: what the cutter reads when there is no bucket.
struct AudioFileStore: ObjectStore {
    let path: String
    private let threads: BlockingPool
    private static let pieceBytes: UInt64 = 256 << 10

    init(path: String, threads: BlockingPool) {
        self.path = path
        self.threads = threads
    }

    /// What the file is like, once it is known that it can be read.
    ///
    /// - Throws: what is wrong with the path, in words.
    func checked() async throws(ClipFault) -> ObjectInfo {
        let path = path
        let fault: ClipFault?
        do throws(BlockingPool.Refusal) { fault = try await threads.run { LocalFile.fault(at: path) } } catch {
            throw ClipFault(.stopping, "it was interrupted")
        }
        if let fault { throw fault }
        let info: ObjectInfo?
        do throws(ObjectStoreFault) { info = try await head(path) } catch { throw error.clipFault(about: path) }
        guard let info else { throw ClipFault(.noAudio, "there is no file \(path)") }
        return info
    }

    func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        guard path.hasPrefix(prefix), limit > 0 else { return [] }
        return try await head(path).map { [$0] } ?? []
    }

    func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        do throws(ObjectStoreFault) {
            return try await blocking { file throws(ObjectStoreFault) in try info(of: file) }
        } catch {
            if error == .missingObject { return nil }
            throw error
        }
    }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try await blocking { file throws(ObjectStoreFault) -> ObjectBytes in
            let info = try self.info(of: file)
            let wanted = try part(range, of: info, ifMatch: ifMatch)
            guard wanted.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
            return ObjectBytes(info: info, range: wanted, bytes: try file.read(wanted))
        }
    }

    func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let (info, wanted) = try await blocking { file throws(ObjectStoreFault) -> (ObjectInfo, Range<UInt64>) in
            let info = try self.info(of: file)
            return (info, try part(range, of: info, ifMatch: ifMatch))
        }
        let place = Place(wanted)
        return ObjectStream(
            info: info, range: wanted,
            body: ObjectBody { () async throws(ObjectStoreFault) in
                guard let piece = await place.next(atMost: Self.pieceBytes) else { return nil }
                return try await blocking { file throws(ObjectStoreFault) -> [UInt8] in
                    guard try self.info(of: file).etag == info.etag else { throw .sourceChanged }
                    return try file.read(piece)
                }
            })
    }

    func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome { throw .denied(code: "ReadOnly") }

    func delete(_ key: String) async throws(ObjectStoreFault) { throw .denied(code: "ReadOnly") }

    /// How far a reader has come.
    private actor Place {
        private var rest: Range<UInt64>
        init(_ range: Range<UInt64>) { rest = range }
        func next(atMost length: UInt64) -> Range<UInt64>? {
            guard !rest.isEmpty else { return nil }
            let piece = rest.lowerBound..<min(rest.upperBound, rest.lowerBound + length)
            rest = piece.upperBound..<rest.upperBound
            return piece
        }
    }

    private func info(of file: FolderFile) throws(ObjectStoreFault) -> ObjectInfo {
        guard let etag = file.version.etag else { throw .malformedAnswer(what: "a file without a version") }
        return ObjectInfo(
            key: path, sizeBytes: file.version.sizeBytes, etag: etag,
            lastModifiedUnixSeconds: file.version.modifiedUnixSeconds)
    }

    private func part(
        _ range: Range<UInt64>?, of info: ObjectInfo, ifMatch: ETag?
    ) throws(ObjectStoreFault) -> Range<UInt64> {
        if let ifMatch, ifMatch != info.etag { throw .sourceChanged }
        let all = 0..<info.sizeBytes
        guard let range else { return all }
        guard range.lowerBound < info.sizeBytes, !range.isEmpty else {
            throw .rangeNotSatisfiable(sizeBytes: info.sizeBytes)
        }
        return range.clamped(to: all)
    }

    private func blocking<Value: Sendable>(
        _ body: @escaping @Sendable (FolderFile) throws(ObjectStoreFault) -> Value
    ) async throws(ObjectStoreFault) -> Value {
        let path = path
        let result: Result<Value, ObjectStoreFault>
        do throws(BlockingPool.Refusal) {
            result = try await threads.run { () -> Result<Value, ObjectStoreFault> in
                do throws(ObjectStoreFault) { return .success(try body(try FolderFile(opening: path))) } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw error == .closed ? .cancelled : .busy
        }
        return try result.get()
    }
}

extension ObjectID {
    /// The episode of a file that is none: nothing is kept, so no key is made of it.
    static let nobody = ObjectID(bytes: repeatElement(0, count: 12))!
}
