import CPosix
import Glibc

/// What the loop keeps of a child that has just started; all descriptors are non-blocking and close-on-exec.
struct Started {
    let pid: pid_t
    /// Readable when the child has ended.
    let pidfd: Descriptor
    /// The pipes' ends of this process; nil where there is none.
    let input: Descriptor?
    let output: OutputEnd
    let error: Descriptor
}

/// Where a child's output comes out.
enum OutputEnd {
    case none
    case pipe(Descriptor)
    /// Read once the child has ended.
    case memory(Descriptor)
}

/// Starts a child on the calling thread, whose end would kill it.
func spawn(
    _ command: Command, input: ChildInput, output: ChildOutput, limits: ChildLimits
) throws(ChildFault) -> Started {
    if let refusal = command.refusal() { throw refusal }
    let given = try InputEnds(input)
    let written = try outputEnds(output)
    let complaints = try pipeFromChild()

    var fileSizeBytes = limits.fileSizeBytes
    if case .memory(let limitBytes) = output { fileSizeBytes = min(fileSizeBytes, limitBytes) }
    let arguments = CStrings([command.executable] + command.arguments)
    let environment = CStrings(command.environment.map { "\($0.key)=\($0.value)" }.sorted())
    var failure = cposix_child_failure()
    let pid = command.executable.withCString { path in
        withOptionalCString(command.workingDirectory) { folder in
            var plan = cposix_child_plan(
                path: path, arguments: arguments.base, environment: environment.base, folder: folder,
                input: given.child, output: written.1.raw, error: complaints.1.raw, nice: limits.nice,
                cpu_seconds: limits.cpuSeconds, address_space_bytes: UInt64(clamping: limits.addressSpaceBytes),
                file_size_bytes: UInt64(clamping: fileSizeBytes),
                open_files: UInt64(clamping: limits.openFiles))
            return cposix_start_child(&plan, &failure)
        }
    }
    guard pid > 0 else { throw startFault(failure, command) }
    let pidfd = cposix_pidfd_open(pid)
    guard pidfd >= 0 else {
        let reason = errno
        kill(-pid, SIGKILL)
        waitpid(pid, nil, 0)
        throw .notStarted(call: "pidfd_open", errno: reason)
    }
    return Started(
        pid: pid, pidfd: Descriptor(adopting: pidfd), input: given.ours, output: written.0, error: complaints.0)
}

private func startFault(_ failure: cposix_child_failure, _ command: Command) -> ChildFault {
    let call = failure.call.map { String(cString: $0) } ?? "?"
    guard call == "execve" else { return .notStarted(call: call, errno: failure.error) }
    switch failure.error {
    case ENOENT, ENOTDIR: return .notFound(path: command.executable)
    case EACCES, EPERM, ENOEXEC, ELIBBAD, EISDIR: return .notExecutable(path: command.executable)
    default: return .notStarted(call: call, errno: failure.error)
    }
}

private func outputEnds(_ output: ChildOutput) throws(ChildFault) -> (OutputEnd, Descriptor) {
    switch output {
    case .discard: return (.none, try Descriptor.null())
    case .capture:
        let (ours, childs) = try pipeFromChild()
        return (.pipe(ours), childs)
    case .memory:
        let file = try Descriptor.memoryFile(named: "child-output")
        return (.memory(file), file)
    }
}

/// (ours, the child's).
private func pipeFromChild() throws(ChildFault) -> (Descriptor, Descriptor) {
    let (read, write) = try Descriptor.pipe()
    read.dontBlock()
    return (read, write)
}

/// The two ends of a child's standard input.
private struct InputEnds {
    let child: Int32
    let ours: Descriptor?
    private let kept: Descriptor?

    init(_ input: ChildInput) throws(ChildFault) {
        switch input {
        case .none:
            let null = try Descriptor.null()
            (child, ours, kept) = (null.raw, nil, null)
        case .descriptor(let raw):
            (child, ours, kept) = (raw, nil, nil)
        case .memory(let bytes):
            let file = try Descriptor.memoryFile(holding: bytes)
            (child, ours, kept) = (file.raw, nil, file)
        case .bytes, .later:
            let (read, write) = try Descriptor.pipe()
            write.dontBlock()
            // One write then holds a clip, and the child is woken once.
            cposix_widen_pipe(write.raw, 1 << 20)
            (child, ours, kept) = (read.raw, write, read)
        }
    }
}

private func withOptionalCString<Value>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Value) -> Value {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}

/// A NULL-terminated vector of C strings for as long as it lives.
private final class CStrings {
    let base: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ texts: [String]) {
        count = texts.count
        base = .allocate(capacity: count + 1)
        for (place, text) in texts.enumerated() { (base + place).initialize(to: strdup(text)) }
        (base + count).initialize(to: nil)
    }

    deinit {
        for place in 0..<count { free(base[place]) }
        base.deallocate()
    }
}
