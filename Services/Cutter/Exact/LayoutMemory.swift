import Bounded
import MP3
import Synchronization

/// Layouts in memory, the most recently used of them.
final class LayoutMemory: Sendable {
    private struct Source: Hashable {
        let key: String
        let etag: String
    }

    private let layouts: Mutex<RecentlyUsed<Source, Layout>>

    init(limitBytes: Int) { layouts = Mutex(RecentlyUsed(limitBytes: limitBytes)) }

    func layout(key: String, etag: String) -> Layout? {
        layouts.withLock { $0.get(Source(key: key, etag: etag)) }
    }

    func keep(_ layout: Layout, key: String, etag: String) {
        layouts.withLock { layouts in
            _ = layouts.insert(
                layout, for: Source(key: key, etag: etag),
                heapBytes: layout.footprint + heapBytes(of: key) + heapBytes(of: etag))
        }
    }
}
