import Audio
import Glibc
import ObjectStore
import Transcripts

/// What a walk through a folder found.
struct FolderScan: Sendable {
    var episodes: [FolderEpisode] = []
    /// There is more than the limits allow, and it was left out.
    var isCutOff = false
    /// Folders inside that could not be read, by relative path; the first few.
    var unreadable: [String] = []

    /// What is no episode, and why.
    var leftOut = LeftOut()
    /// What was found in each file, so that the next walk opens only those that have changed.
    var contents: [String: FolderContent] = [:]

    private static let mostUnreadable = 20
    /// Of all files for each that may be an episode: a folder may hold pictures and texts, but not without end.
    private static let mostFilesPerEpisode = 10

    /// Walks through `root` in the order of names, folders after the files beside them. Hidden names are passed over, and
    /// links that lead out of the folder are not followed. Blocks.
    ///
    /// - Parameters:
    ///   - root: a real path.
    ///   - known: what an earlier walk found.
    /// - Throws: what is wrong with the folder itself.
    static func of(
        _ root: String, limits: EpisodeFolder.Limits, known: [String: FolderContent] = [:]
    ) throws(ObjectStoreFault) -> FolderScan {
        var scan = FolderScan()
        let folderName = root.split(separator: "/").last.map(String.init) ?? ""
        var seen: Set<FolderIdentity> = []
        var waiting: [(relative: String, depth: Int)] = [("", 0)]
        while let (relative, depth) = waiting.popLast() {
            let path = relative.isEmpty ? root : "\(root)/\(relative)"
            // Links inside the folder may lead around in circles.
            if let identity = FolderIdentity(path), !seen.insert(identity).inserted { continue }
            let entries: [FolderEntry]
            do throws(ObjectStoreFault) {
                entries = try FolderEntry.all(in: path)
            } catch {
                guard !relative.isEmpty else { throw error }
                if scan.unreadable.count < mostUnreadable { scan.unreadable.append(relative) }
                continue
            }
            var below: [(relative: String, depth: Int)] = []
            for entry in sorted(entries) {
                let name = relative.isEmpty ? entry.name : "\(relative)/\(entry.name)"
                switch kind(of: entry, at: "\(path)/\(entry.name)", in: root) {
                case .folder:
                    if depth < limits.depth { below.append((name, depth + 1)) } else { scan.isCutOff = true }
                case .file:
                    guard scan.episodes.count < limits.files,
                        scan.contents.count / mostFilesPerEpisode <= limits.files
                    else {
                        scan.isCutOff = true
                        return scan
                    }
                    scan.take(name, path: "\(path)/\(entry.name)", root: root, folderName: folderName, known[name])
                case .link, .other: continue
                }
            }
            waiting += below.reversed()
        }
        return scan
    }

    /// Takes one file for an episode, or says why not.
    private mutating func take(
        _ name: String, path: String, root: String, folderName: String, _ known: FolderContent?
    ) {
        let content: FolderContent
        do throws(ObjectStoreFault) {
            content = try FolderContent.of(path, inside: root, known: known)
        } catch {
            // Gone since its name was read.
            if error != .missingObject { leftOut.add(name, because: "can't be read") }
            return
        }
        contents[name] = content
        switch content.found {
        case .audio(let kind):
            if let episode = FolderEpisode(relativePath: name, kind: kind, folderName: folderName) {
                episodes.append(episode)
            }
        // Not left out: it may tell what is said in the audio beside it.
        case .other where Self.isTranscript(name), .unknown where Self.isTranscript(name): break
        // It is shown with the audio beside it.
        case .other where content.picture != nil: break
        case .other(let what): leftOut.add(name, because: "is \(what)")
        case .unknown: leftOut.add(name, because: "is no audio that is known here")
        }
    }

    private static func isTranscript(_ name: String) -> Bool {
        AudioKind.ending(of: name[...]).map { TranscriptFile.endings.contains($0) } ?? false
    }

    private static func sorted(_ entries: [FolderEntry]) -> [FolderEntry] {
        entries.filter { !$0.name.hasPrefix(".") }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// What it is; for a link what it leads to, if that lies inside.
    private static func kind(of entry: FolderEntry, at path: String, in root: String) -> FolderEntry.Kind {
        guard entry.kind == .link else { return entry.kind }
        guard let real = realpath(path, nil) else { return .other }
        defer { free(real) }
        var status = stat()
        guard String(cString: real).hasPrefix(root == "/" ? "/" : root + "/"), stat(real, &status) == 0 else {
            return .other
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }
}

/// Which folder it is, by whatever path.
private struct FolderIdentity: Hashable {
    let device: UInt64
    let inode: UInt64

    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}
