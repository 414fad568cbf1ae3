import Bounded
import Domain

extension BoundedFault where Failure == ClipFault {
    /// - Parameter busy: says which bound was reached.
    public func clipFault(busy: String) -> ClipFault {
        switch self {
        case .full: ClipFault(.overloaded, busy)
        case .cancelled: ClipFault(.stopping, "the service is stopping")
        case .failed(let fault): fault
        }
    }
}
