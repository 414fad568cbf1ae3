/// Why `WorkSlots` or `SingleFlight` gave no result.
public enum BoundedFault<Failure: Error>: Error {
    /// As much is under way or waiting as the limit allows; nothing was begun.
    case full(limit: Int)
    /// The caller was cancelled while it waited.
    case cancelled
    /// The work itself failed.
    case failed(Failure)
}

extension BoundedFault: Equatable where Failure: Equatable {}
