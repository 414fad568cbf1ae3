import CPosix
import Glibc

/// One child as the loop's thread sees it: its pipes, what came through them, and why it was killed, if it was.
final class RunningChild {
    let key: UInt64
    let pid: pid_t
    let outcome: ChildOutcome
    private(set) var pidfd: Descriptor?
    private(set) var input: Descriptor?
    private(set) var output: Descriptor?
    private(set) var error: Descriptor?
    private(set) var deadline: ContinuousClock.Instant?
    /// Set once: the first reason counts.
    private(set) var killedFor: KillReason?

    private(set) var limits: ChildLimits
    /// That it has among others that work on one, while it works.
    var processor: Int?
    private let outputLimit: Int
    /// The output is a file, and its bound the file size limit.
    private let outputIsFile: Bool
    private var outputFile: Descriptor?
    private let errorTailBytes: Int
    private var began: ContinuousClock.Instant
    private var toFeed: [UInt8] = []
    private var fed = 0
    private var outputBytes: [UInt8] = []
    private var errorBytes: [UInt8] = []

    /// A pipe holds at most 1 MiB, a read takes 64 KiB.
    private static let readsOfFullPipe = 16

    enum KillReason {
        case limit(ChildFault.Limit)
        case cancelled
    }

    init(key: UInt64, _ started: Started, _ order: StartOrder) {
        self.key = key
        pid = started.pid
        outcome = order.outcome
        pidfd = started.pidfd
        input = started.input
        switch started.output {
        case .none: break
        case .pipe(let pipe): output = pipe
        case .memory(let file): outputFile = file
        }
        error = started.error
        limits = order.limits
        errorTailBytes = order.errorTailBytes
        switch order.output {
        case .discard: (outputLimit, outputIsFile) = (0, false)
        case .capture(let limitBytes): (outputLimit, outputIsFile) = (limitBytes, false)
        case .memory(let limitBytes):
            (outputLimit, outputIsFile) = (limitBytes, limitBytes <= order.limits.fileSizeBytes)
        }
        began = .now
        if case .later = order.input {} else { deadline = began + limits.wallClock }
    }

    /// Whether it has its input, or has what it needs without: from then on it works.
    var works: Bool { deadline != nil }

    func kill(for reason: KillReason) {
        if killedFor == nil { killedFor = reason }
        // Not yet collected, so its number is still its own, and the group's.
        Glibc.kill(-pid, SIGKILL)
    }

    /// Takes the input and starts the wall clock; a second feeding is passed over.
    func feed(_ bytes: [UInt8], wallClock: Duration?) {
        guard deadline == nil else { return }
        if let wallClock { limits.wallClock = wallClock }
        began = .now
        deadline = began + limits.wallClock
        toFeed = bytes
    }

    func setInput(_ bytes: [UInt8]) { toFeed = bytes }

    enum Writing { case blocked, done }

    /// Writes what the pipe takes, and closes it after the last byte or when the child closed its end.
    func writeInput() -> Writing {
        guard let input else { return .done }
        while fed < toFeed.count {
            let wrote = toFeed.withUnsafeBytes { write(input.raw, $0.baseAddress! + fed, toFeed.count - fed) }
            if wrote > 0 {
                fed += wrote
            } else if wrote < 0 && errno == EINTR {
                continue
            } else if wrote < 0 && errno == EAGAIN {
                return .blocked
            } else {
                break
            }
        }
        self.input = nil
        toFeed = []
        return .done
    }

    /// Reads once; false when the pipe is empty for now or has ended (then it is closed).
    func readOutput(into scratch: UnsafeMutableRawBufferPointer) -> Bool {
        guard let output else { return false }
        switch readOnce(output, scratch) {
        case .ended:
            self.output = nil
            return false
        case .empty: return false
        case .got(let count):
            let room = outputLimit - outputBytes.count
            outputBytes.append(contentsOf: scratch[..<min(count, room)])
            if count <= room { return true }
            self.output = nil
            kill(for: .limit(.outputBytes(outputLimit)))
            return false
        }
    }

    func readError(into scratch: UnsafeMutableRawBufferPointer) -> Bool {
        guard let error else { return false }
        switch readOnce(error, scratch) {
        case .ended:
            self.error = nil
            return false
        case .empty: return false
        case .got(let count):
            errorBytes.append(contentsOf: scratch[..<count])
            if errorBytes.count > 2 * max(errorTailBytes, 4096) {
                errorBytes.removeFirst(errorBytes.count - errorTailBytes)
            }
            return true
        }
    }

    private enum Reading {
        case got(Int)
        case empty, ended
    }

    private func readOnce(_ pipe: Descriptor, _ scratch: UnsafeMutableRawBufferPointer) -> Reading {
        while true {
            let count = read(pipe.raw, scratch.baseAddress, scratch.count)
            if count > 0 { return .got(count) }
            if count < 0 && errno == EINTR { continue }
            return count < 0 && errno == EAGAIN ? .empty : .ended
        }
    }

    /// Collects the child, which has ended: nil if it has not.
    func collect(scratch: UnsafeMutableRawBufferPointer) -> Result<Ended, ChildFault>? {
        // What is left of its group goes with it; until the collection the group's number can't be another's.
        Glibc.kill(-pid, SIGKILL)
        var exited: Int32 = 0
        var code: Int32 = 0
        var cpu: Int64 = 0
        var peak: Int64 = 0
        guard cposix_collect(pid, &exited, &code, &cpu, &peak) != 0 else { return nil }
        // All that it wrote is in the pipes. Whoever still holds their other ends has left the group: it is not waited
        // for, and gets no more than a full pipe in.
        for _ in 0..<Self.readsOfFullPipe where !readOutput(into: scratch) { break }
        for _ in 0..<Self.readsOfFullPipe where !readError(into: scratch) { break }
        if let outputFile { outputBytes = outputFile.contents(limit: outputLimit) }
        // Whoever hears of the end finds no descriptor of it open any more.
        (pidfd, input, output, outputFile, error) = (nil, nil, nil, nil, nil)
        let usage = Ended.Usage(
            cpuTime: .microseconds(cpu), peakResidentBytes: Int(peak), wallClock: began.duration(to: .now))
        var ended = Ended(
            status: exited != 0 ? .exited(code) : .signalled(code), output: outputBytes,
            errorTail: String(decoding: errorBytes.suffix(errorTailBytes), as: UTF8.self), usage: usage)
        switch killedFor ?? kernelsReason(ended) {
        case nil: return .success(ended)
        case .cancelled: return .failure(.cancelled)
        case .limit(let limit):
            ended.status = .killed
            return .failure(.overLimit(limit, ended))
        }
    }

    /// The limits that the kernel holds show only in the signal.
    private func kernelsReason(_ ended: Ended) -> KillReason? {
        switch ended.status {
        case .signalled(SIGXFSZ):
            .limit(outputIsFile ? .outputBytes(outputLimit) : .fileSizeBytes(limits.fileSizeBytes))
        case .signalled(SIGKILL), .signalled(SIGXCPU):
            // For its limit the kernel counts ticks, which on a busy machine run far ahead of the time that usage tells.
            ended.usage.cpuTime * 2 >= .seconds(Int64(limits.cpuSeconds))
                ? .limit(.cpuTime(limits.cpuTime)) : nil
        default: nil
        }
    }
}
