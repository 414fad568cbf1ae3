import Glibc
import Synchronization

/// Numbers that any thread adds to without a lock, and that a scrape sums up.
///
/// With several stripes each thread has one to add to, which others rarely share: a cache line that two processors write in
/// turn costs some 50 ns each time. A stripe begins on a cache line of its own.
///
/// `@unchecked Sendable`: the pointer never changes, what it points to is atomic, and `deinit` runs when nobody has it.
@usableFromInline
final class Cells: @unchecked Sendable {
    @usableFromInline
    let count: Int
    @usableFromInline
    let base: UnsafeMutablePointer<Atomic<UInt64>>
    @usableFromInline
    let stride: Int
    @usableFromInline
    let shift: UInt64
    private let stripes: Int

    private static let lineBytes = 64

    /// - Parameter stripes: a power of two.
    init(count: Int, stripes: Int) {
        precondition(count > 0 && stripes > 0 && stripes & (stripes - 1) == 0)
        let perLine = Self.lineBytes / MemoryLayout<UInt64>.stride
        self.count = count
        self.stripes = stripes
        stride = (count + perLine - 1) / perLine * perLine
        shift = UInt64(64 - stripes.trailingZeroBitCount)
        let capacity = stride * stripes
        base = UnsafeMutableRawPointer.allocate(
            byteCount: capacity * MemoryLayout<Atomic<UInt64>>.stride, alignment: Self.lineBytes
        ).bindMemory(to: Atomic<UInt64>.self, capacity: capacity)
        for place in 0..<capacity { (base + place).initialize(to: Atomic(0)) }
    }

    deinit {
        base.deinitialize(count: stride * stripes)
        base.deallocate()
    }

    /// Where this thread's stripe begins. Descriptors of threads lie at multiples of a page, so their high bits are mixed
    /// (Knuth, The Art of Computer Programming 3, 6.4, multiplicative hashing).
    @inlinable
    var stripe: Int {
        Int(truncatingIfNeeded: (UInt64(pthread_self()) &* 0x9E37_79B9_7F4A_7C15) >> shift) &* stride
    }

    @inlinable
    func add(_ amount: UInt64, at index: Int, in stripe: Int) {
        precondition(index >= 0 && index < count)
        base[stripe &+ index].add(amount, ordering: .relaxed)
    }

    /// What all threads have added by now.
    func sum(at index: Int) -> UInt64 {
        precondition(index >= 0 && index < count)
        return (0..<stripes).reduce(0) { $0 &+ base[$1 * stride + index].load(ordering: .relaxed) }
    }
}
