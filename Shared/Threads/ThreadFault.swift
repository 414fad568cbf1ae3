import Glibc

/// A thread could not be started: the machine, the user or the container has no room for another one.
public struct ThreadFault: Error, Equatable, CustomStringConvertible {
    /// Of the thread.
    public let name: String
    /// What `pthread_create` returned: EAGAIN as a rule.
    public let code: Int32

    public var description: String { "cannot start thread '\(name)': \(String(cString: strerror(code)))" }
}
