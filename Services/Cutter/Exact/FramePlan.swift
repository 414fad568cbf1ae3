import MP3

/// What is made of a stretch of frames, and which bytes of the source that takes.
protocol FramePlan: Sendable {
    associatedtype Made

    var range: Range<Int> { get }
    func cut(_ bytes: [UInt8]) throws(CutFault) -> Made
    /// The same with more in front.
    func widened() -> Self
}

extension CutPlan: FramePlan {}
extension ReencodePlan: FramePlan {}
