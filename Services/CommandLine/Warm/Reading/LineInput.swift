import Glibc
import Threads

/// The lines of a file or a pipe, read as they are needed, on threads that may block.
struct LineInput {
    enum Line: Equatable {
        /// Without its end.
        case text([UInt8])
        /// Longer than any may be; it is passed over.
        case tooLong
        /// There is nothing more at present.
        case nothingYet
        case end
    }

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    static let longestLine = 65_536
    private static let blockBytes = 65_536
    /// How long a pipe is waited for before whoever reads can do something else.
    private static let patienceMs: Int32 = 100

    private let descriptor: Int32
    private let name: String
    /// Of a regular file; nil for all else.
    private let sizeBytes: Int?

    private var readBytes = 0
    private var block: ArraySlice<UInt8> = []
    private var line: [UInt8] = []
    private var isTooLong = false
    private var isAtEnd = false

    /// Opens a file; `-` is standard input.
    static func open(_ path: String) async throws -> LineInput {
        try await onThread(named: "open") { () -> LineInput in
            let descriptor = path == "-" ? STDIN_FILENO : Glibc.open(path, O_RDONLY | O_CLOEXEC)
            var status = stat()
            guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
                throw Fault(description: "\(SafeName.of(path)) can't be read: \(String(cString: strerror(errno)))")
            }
            return LineInput(
                descriptor: descriptor, name: SafeName.of(path),
                sizeBytes: status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil)
        }
    }

    init(descriptor: Int32, name: String, sizeBytes: Int?) {
        self.descriptor = descriptor
        self.name = name
        self.sizeBytes = sizeBytes
    }

    /// How much of it was taken, 0 to 1; nil where nobody knows how much there is.
    var fraction: Double? {
        if isAtEnd, block.isEmpty { return 1 }
        return sizeBytes.map { min(1, Double(readBytes - block.count) / Double(max(1, $0))) }
    }

    mutating func next() async throws -> Line {
        while true {
            if let end = block.firstIndex(of: UInt8(ascii: "\n")) {
                append(block[..<end])
                block = block[(end + 1)...]
                return takeLine()
            }
            append(block)
            block = []
            if isAtEnd { return line.isEmpty && !isTooLong ? .end : takeLine() }
            guard let bytes = try await read() else { return .nothingYet }
            readBytes += bytes.count
            block = bytes[...]
            isAtEnd = bytes.isEmpty
        }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        if line.count + bytes.count > Self.longestLine {
            isTooLong = true
            line = []
        }
        if !isTooLong { line += bytes }
    }

    private mutating func takeLine() -> Line {
        defer {
            line = []
            isTooLong = false
        }
        return isTooLong ? .tooLong : .text(line)
    }

    /// - Returns: nil if nothing came in time; no bytes at the end.
    private func read() async throws -> [UInt8]? {
        let (descriptor, name) = (descriptor, name)
        return try await onThread(named: "read") { () -> [UInt8]? in
            while true {
                var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let count = poll(&ready, 1, Self.patienceMs)
                if count == 0 { return nil }
                if count < 0, errno == EINTR { continue }
                var failure: Int32 = 0
                let bytes = [UInt8](unsafeUninitializedCapacity: Self.blockBytes) { buffer, filled in
                    let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                    failure = got < 0 ? errno : 0
                    filled = max(0, got)
                }
                if failure == EINTR { continue }
                guard failure == 0 else {
                    throw Fault(description: "\(name) can't be read: \(String(cString: strerror(failure)))")
                }
                return bytes
            }
        }
    }
}
