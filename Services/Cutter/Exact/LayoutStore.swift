import Domain
import Hashing
import Logging
import MP3
import ObjectStore
import Text

/// Layouts that took a scan, each as an object of its own beside the clips: `layouts/{episode id}/{source version}.cutl`.
///
/// Losing one costs a scan, so nothing that goes wrong here stops a cut.
struct LayoutStore: Sendable {
    /// Nil where nothing is kept, as when a single file is cut.
    let store: (any ObjectStore)?
    /// Three hours of variable bitrate take 64 KiB.
    private static let largestBytes = 4 << 20

    /// - Returns: nil unless it is the layout of that very version.
    func layout(of source: MP3.SourceVersion, episode: ObjectID, log: Log) async -> Layout? {
        guard let store else { return nil }
        do {
            let stored = try await store.get(
                Self.key(of: source, episode: episode), range: nil, ifMatch: nil, limitBytes: Self.largestBytes)
            let layout = try Layout(decoding: stored.bytes)
            return layout.source == source ? layout : nil
        } catch ObjectStoreFault.missingObject {
            return nil
        } catch let fault as StoredLayoutFault {
            log.warning("A stored layout can't be used and is found anew", ["reason": .string(fault.slug)])
        } catch let fault as ObjectStoreFault {
            log.warning("A stored layout can't be read and is found anew", ["reason": .string(fault.slug)])
        } catch {
            log.warning("A stored layout can't be read and is found anew", ["reason": .string("\(error)")])
        }
        return nil
    }

    func keep(_ layout: Layout, episode: ObjectID, log: Log) async {
        guard let store else { return }
        let bytes = layout.encoded()
        guard !bytes.isEmpty else { return }
        do throws(ObjectStoreFault) {
            // Without a condition: what lies there was not to be used.
            _ = try await store.put(
                Self.key(of: layout.source, episode: episode), bytes,
                attributes: ObjectAttributes(contentType: "application/octet-stream"), condition: .none)
        } catch {
            log.warning("A layout could not be stored", ["reason": .string(error.slug)])
        }
    }

    private static func key(of source: MP3.SourceVersion, episode: ObjectID) -> String {
        let version = Hex.encode(SHA256.digest("\(source.size) \(source.etag)").prefix(12))
        return "\(ObjectKey.layoutPrefix(of: episode))\(version).cutl"
    }
}
