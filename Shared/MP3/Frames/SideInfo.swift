/// What a clip needs to know of a frame's side information.
///
/// Source: ISO/IEC 11172-3:1993, 2.4.1.7 and 2.4.2.7; 13818-3:1998, 2.4.1.7.
public struct SideInfo: Hashable, Sendable {
    /// How many bytes of *main data* of the frames before this one begins in (headers, CRCs and side information of those
    /// frames not counted): 0–511, or 0–255 in MPEG-2 and 2.5.
    public let mainDataBegin: Int

    /// - Returns: `nil` when the frame's first bytes are not all in `frame`.
    public init?(of header: FrameHeader, frame: ArraySlice<UInt8>) {
        let at = frame.startIndex &+ header.sideInfoOffset
        guard frame.count >= header.mainDataOffset else { return nil }
        mainDataBegin =
            header.format.isLowSamplingFrequency ? Int(frame[at]) : Int(frame[at]) << 1 | Int(frame[at &+ 1]) >> 7
    }
}
