/// A stream's contents and who waits for them.
struct StreamBuffer {
    private var chunks: [[UInt8]] = []
    /// The chunk being read, and how much of it has been.
    private var head = 0
    private var offset = 0
    private(set) var buffered = 0
    var finished = false
    var failed = false
    var closedByReader = false
    var reader: Exchange?
    var writers: [(id: UInt64, wake: CheckedContinuation<Void, Never>)] = []
    var lastWriter: UInt64 = 0
    var onClosed: [@Sendable () -> Void] = []

    var isOpen: Bool { !finished && !failed && !closedByReader }

    mutating func append(_ bytes: [UInt8]) {
        chunks.append(bytes)
        buffered += bytes.count
    }

    mutating func copy(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var filled = 0
        while filled < buffer.count, head < chunks.count {
            let count = min(buffer.count - filled, chunks[head].count - offset)
            chunks[head].withUnsafeBytes { chunk in
                UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: chunk[offset..<(offset + count)]))
            }
            filled += count
            offset += count
            if offset == chunks[head].count {
                chunks[head] = []
                head += 1
                offset = 0
            }
        }
        if head == chunks.count || head > 64 {
            chunks.removeFirst(head)
            head = 0
        }
        buffered -= filled
        return filled
    }

    mutating func drop() {
        chunks = []
        head = 0
        offset = 0
        buffered = 0
    }

    mutating func wakeReader() {
        reader?.bytesArrived()
        reader = nil
    }

    mutating func takeWriters() -> [CheckedContinuation<Void, Never>] {
        defer { writers = [] }
        return writers.map(\.wake)
    }
}
