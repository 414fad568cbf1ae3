import Glibc
import Threads

/// Writes each line with one `write(2)` from a thread of its own, so that a reader that stands still stalls nobody.
///
/// Its memory is bounded: beyond `limitBytes` of waiting lines, `take` refuses.
public final class DescriptorSink: LogSink {
    /// The process's standard error, with room for 1 MiB of lines; flushed for at most a second by `exit`.
    public static let standardError: DescriptorSink = {
        let sink = DescriptorSink(descriptor: STDERR_FILENO, limitBytes: 1 << 20)
        atexit { DescriptorSink.standardError.flush(atMost: .seconds(1)) }
        return sink
    }()

    private let lines: LineQueue

    /// - Parameter descriptor: stays the caller's, and must stay open as long as this.
    public init(descriptor: Int32, limitBytes: Int) {
        let lines = LineQueue(limitBytes: limitBytes)
        self.lines = lines
        OwnThread.atStart(named: "log") {
            blockAllSignals()
            while let line = lines.next() { writeAll(line, to: descriptor) }
        }
    }

    deinit { lines.close() }

    public func take(_ line: [UInt8]) -> Bool { lines.add(line) }

    public func flush(atMost limit: Duration) { lines.waitUntilWritten(atMost: limit) }
}

/// Signals go to the threads that wait for them; without its reader this thread gets EPIPE and no SIGPIPE.
private func blockAllSignals() {
    var every = sigset_t()
    sigfillset(&every)
    pthread_sigmask(SIG_BLOCK, &every, nil)
}

/// One call for a line, unless the kernel takes only a part of it. A line that can't be written is given up.
private func writeAll(_ line: [UInt8], to descriptor: Int32) {
    line.withUnsafeBytes { bytes in
        var done = 0
        while done < bytes.count {
            let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wanted, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}
