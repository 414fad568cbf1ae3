import MP3

/// Finding layouts and cutting in memory, as a cutter does over the network.
package struct Reading {
    package init() {}

    package var requests = 0
    package var bytesRead = 0
    package var scanned = 0
    package var rescans = 0

    package static func layout(
        _ file: [UInt8], ranges: Int = 1, shortest: Int = 1 << 20, chunk: Int = 65_536, alwaysScans: Bool = false
    ) throws -> Layout {
        var reading = Reading()
        return try reading.layout(file, ranges: ranges, shortest: shortest, chunk: chunk, alwaysScans: alwaysScans)
    }

    package mutating func layout(
        _ file: [UInt8], ranges: Int = 1, shortest: Int = 1 << 20, chunk: Int = 65_536, alwaysScans: Bool = false
    ) throws -> Layout {
        var planner = LayoutPlanner(source: SourceVersion(etag: "e", size: file.count), alwaysScans: alwaysScans)
        while true {
            switch try planner.next() {
            case .read(let wanted):
                for range in wanted { planner.take(get(file, range), at: range.lowerBound) }
            case .scan(let scan):
                return try join(scan, file, ranges: ranges, shortest: shortest, chunk: chunk)
            case .done(let layout):
                return layout
            }
        }
    }

    private mutating func join(
        _ scan: Scan, _ file: [UInt8], ranges: Int, shortest: Int, chunk: Int
    ) throws -> Layout {
        var scanned: [ScannedRange] = []
        for range in scan.ranges(atMost: ranges, noShorterThan: shortest) {
            scanned.append(try walk(range, file, chunk))
        }
        while true {
            switch try scan.join(scanned) {
            case .layout(let layout): return layout
            case .rescan(let range):
                rescans += 1
                scanned[range.number] = try walk(range, file, chunk)
            }
        }
    }

    private mutating func walk(_ range: ScanRange, _ file: [UInt8], _ chunk: Int) throws -> ScannedRange {
        var scanner = RangeScanner(range)
        var at = range.bytes.lowerBound
        while at < range.bytes.upperBound {
            let end = min(at + chunk, range.bytes.upperBound)
            try scanner.feed(Array(file[at..<end]))
            at = end
        }
        scanned += range.bytes.count
        return try scanner.finish()
    }

    private mutating func get(_ file: [UInt8], _ range: Range<Int>) -> [UInt8] {
        requests += 1
        bytesRead += range.count
        return Array(file[range])
    }

    /// Cuts out of a file in memory; the only bytes of it that the cut sees are those of the plan's range.
    package static func cut(_ plan: CutPlan, _ file: [UInt8]) throws -> LosslessClip {
        var plan = plan
        while true {
            do {
                return try plan.cut(Array(file[plan.range]))
            } catch CutFault.reachesFartherBack {
                plan = plan.widened()
            }
        }
    }
}
