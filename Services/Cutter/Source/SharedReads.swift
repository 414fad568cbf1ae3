import Bounded
import ObjectStore
import Synchronization

/// A store of sources from which a range that several clips are made of, such as a clip and its waveform, is read once:
/// while it is being read, and as long as it is among what was read last.
///
/// Only what is asked for by range and version: such bytes can be no others.
final class SharedReads: ForwardingStore {
    private struct Wanted: Hashable {
        let key: String
        let range: Range<UInt64>
        let version: ETag
    }

    let store: any ObjectStore
    private let reads: SingleFlight<Wanted, ObjectBytes, ObjectStoreFault>
    private let last: Mutex<RecentlyUsed<Wanted, ObjectBytes>>

    /// - Parameters:
    ///   - bytes: what is kept of what was read last; 0: nothing.
    ///   - reads: how many may be shared at once; further ones are their callers' own.
    init(_ store: any ObjectStore, bytes: Int, reads: Int) {
        self.store = store
        self.reads = SingleFlight(limit: reads)
        last = Mutex(RecentlyUsed(limitBytes: bytes))
    }

    func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        guard let range, let version = ifMatch, range.count <= limitBytes else {
            return try await store.get(key, range: range, ifMatch: ifMatch, limitBytes: limitBytes)
        }
        let wanted = Wanted(key: key, range: range, version: version)
        if let known = last.withLock({ $0.get(wanted) }) { return known }
        do throws(BoundedFault<ObjectStoreFault>) {
            return try await reads.run(wanted) { [self] () async throws(ObjectStoreFault) in
                let got = try await store.get(key, range: range, ifMatch: version, limitBytes: limitBytes)
                last.withLock {
                    _ = $0.insert(got, for: wanted, heapBytes: got.bytes.count + heapBytes(of: key))
                }
                return got
            }
        } catch {
            switch error {
            case .failed(let fault): throw fault
            case .cancelled: throw .cancelled
            case .full: return try await store.get(key, range: range, ifMatch: version, limitBytes: limitBytes)
            }
        }
    }

    /// Callers that wait for one read.
    func waiting(_ key: String, _ range: Range<UInt64>, _ version: ETag) -> Int {
        reads.waiting(Wanted(key: key, range: range, version: version))
    }
}
