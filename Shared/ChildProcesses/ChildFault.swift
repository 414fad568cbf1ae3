/// Why a child gave no result. That it exited with another code than 0 is a result: see `Ended`.
public enum ChildFault: Error, Equatable, Sendable {
    /// An argument, path or variable holds a NUL, where C would end it.
    case nulInArgument(String)
    /// The name of a variable is empty or holds a `=`.
    case badVariable(String)
    case notFound(path: String)
    /// There is such a file, but it is none that this process may execute.
    case notExecutable(path: String)
    /// The system refused before the program ran: out of descriptors, processes or memory.
    case notStarted(call: String, errno: Int32)
    /// It went beyond a limit and was killed.
    case overLimit(Limit, Ended)
    /// The task that waited for it was cancelled, or its handle was let go, and it was killed.
    case cancelled

    public enum Limit: Sendable, Equatable {
        case wallClock(Duration)
        case cpuTime(Duration)
        case outputBytes(Int)
        case fileSizeBytes(Int)
    }
}
