import CutterService
import MP3

/// What `cutroom inspect` says: lines for a person, and the same as fields of one line of JSON.
struct InspectionText {
    let text: String
    let fields: [(String, JSONField)]

    init(_ report: SourceInspector.Report, of place: String) {
        var lines = [SafeName.of(place)]
        var fields: [(String, JSONField)] = [("file", .text(place)), ("file_bytes", .number(Int64(report.fileBytes)))]
        switch report.found {
        case .mp3(let layout, let unproven, let tags, let layoutBytes):
            lines += Self.lines(layout, unproven, tags, layoutBytes)
            fields += Self.fields(layout, unproven, tags, layoutBytes)
        case .other(let reason, let sentence, let duration):
            let length = duration.map { ", \(Self.clock(Int($0 / .milliseconds(1))))" } ?? ""
            lines.append("  not cut by the frame: \(sentence)\(length)")
            lines.append("  clips of it are decoded and encoded again")
            fields += [
                ("kind", .text("other")), ("reason", .text(reason)), ("detail", .text(sentence)),
                ("duration_ms", duration.map { .number(Int64($0 / .milliseconds(1))) } ?? .null),
            ]
        }
        if let requests = report.requests, let bytes = report.bytesRead {
            lines.append("  read         \(bytes) of \(report.fileBytes) bytes in \(requests) requests")
            fields += [("requests", .number(Int64(requests))), ("bytes_read", .number(Int64(bytes)))]
        }
        text = lines.joined(separator: "\n")
        self.fields = fields
    }

    private static func lines(
        _ layout: LayoutReport, _ unproven: String?, _ tags: SourceInspection.Tags, _ layoutBytes: Int
    ) -> [String] {
        var lines: [String] = []
        let rate =
            layout.slowestKbps == layout.fastestKbps
            ? "\(layout.kbps) kbit/s" : "\(layout.slowestKbps)–\(layout.fastestKbps) kbit/s, mean \(layout.kbps)"
        lines.append(
            unproven.map { "  kind         indexed frame by frame: \($0)" }
                ?? "  kind         constant bitrate, proven by the tag")
        lines.append("  bitrate      \(rate)")
        lines.append("  duration     \(clock(layout.durationMs)) in \(layout.frames) frames")
        if let delay = layout.delay, let padding = layout.padding {
            lines.append("  gapless      delay \(delay), padding \(padding) samples; players leave out \(layout.skip)")
        } else {
            lines.append("  gapless      no delay stated: time counts from the first decoded sample")
        }
        if let tag = layout.tag {
            lines.append("  made by      \(layout.encoder ?? "an unnamed encoder"), \(tag) tag")
        }
        for (part, to) in zip(layout.parts, ends(of: layout)) {
            let channels = part.channels == 1 ? "mono" : "stereo"
            lines.append(
                "  part         \(clock(part.startMs)) – \(clock(to)): \(part.version), \(part.sampleRate) Hz, \(channels)"
            )
        }
        if tags.inFront > 0 { lines.append("  in front     \(tags.inFront) ID3v2, \(tags.bytesInFront) bytes") }
        if !tags.behind.isEmpty {
            lines.append("  behind       \(tags.behind.joined(separator: ", ")), \(tags.bytesBehind) bytes")
        }
        lines.append("  layout       \(layoutBytes) bytes when stored")
        lines += layout.oddities.map { "  note         \($0)" }
        return lines
    }

    private static func fields(
        _ layout: LayoutReport, _ unproven: String?, _ tags: SourceInspection.Tags, _ layoutBytes: Int
    ) -> [(String, JSONField)] {
        func number(_ value: Int?) -> JSONField { value.map { .number(Int64($0)) } ?? .null }
        func text(_ value: String?) -> JSONField { value.map { .text($0) } ?? .null }
        var parts: [JSONField] = []
        for (part, to) in zip(layout.parts, ends(of: layout)) {
            parts.append(
                .object([
                    ("version", .text(part.version)), ("sample_rate", number(part.sampleRate)),
                    ("channels", number(part.channels)), ("frames", number(part.frames)),
                    ("from_ms", number(part.startMs)), ("to_ms", number(to)),
                ]))
        }
        var fields: [(String, JSONField)] = []
        fields.append(("kind", .text(layout.kind)))
        fields.append(("unproven_because", text(unproven)))
        fields.append(("duration_ms", number(layout.durationMs)))
        fields.append(("frames", number(layout.frames)))
        fields.append(("kbps", number(layout.kbps)))
        fields.append(("slowest_kbps", number(layout.slowestKbps)))
        fields.append(("fastest_kbps", number(layout.fastestKbps)))
        fields.append(("tag", text(layout.tag)))
        fields.append(("encoder", text(layout.encoder)))
        fields.append(("delay", number(layout.delay)))
        fields.append(("padding", number(layout.padding)))
        fields.append(("skip", number(layout.skip)))
        fields.append(("parts", .list(parts)))
        fields.append(("id3v2_tags", number(tags.inFront)))
        fields.append(("id3v2_bytes", number(tags.bytesInFront)))
        fields.append(("tags_behind", .list(tags.behind.map { .text($0) })))
        fields.append(("tag_bytes_behind", number(tags.bytesBehind)))
        fields.append(("audio_bytes", number(layout.audioBytes)))
        fields.append(("layout_bytes", number(layoutBytes)))
        fields.append(("oddities", .list(layout.oddities.map { .text($0) })))
        return fields
    }

    /// Where each part ends: at the next one, or with the file.
    private static func ends(of layout: LayoutReport) -> [Int] {
        layout.parts.dropFirst().map(\.startMs) + [layout.durationMs]
    }

    /// `1:02:03.456`.
    static func clock(_ milliseconds: Int) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60)
        let seconds = "\(padded(milliseconds / 1000 % 60, 2)).\(padded(milliseconds % 1000, 3))"
        return hours > 0 ? "\(hours):\(padded(minutes, 2)):\(seconds)" : "\(minutes):\(seconds)"
    }
}
