import Domain
import Text

/// What an answer says of a clip whose edges were moved.
enum SnappedAnswer {
    /// Writes the member `snapped`; nothing for a clip whose edges were not to be moved.
    static func write(_ clip: ReadyClip, into json: inout JSONWriter) {
        guard let snapped = clip.snapped else { return }
        let end = Int64(clip.startMs) + Int64(clip.durationMs)
        json.object("snapped") {
            $0.field("asked_start_time_ms", snapped.asked.startMs)
            $0.field("asked_duration_ms", snapped.asked.durationMs)
            $0.field("by", snapped.kind.rawValue)
            $0.field("start_shift_ms", Int64(clip.startMs) - Int64(snapped.asked.startMs))
            $0.field("end_shift_ms", end - Int64(snapped.asked.endMs))
            $0.field("basis", snapped.basis.rawValue)
        }
    }
}
