import Domain
import HTTPServer
import Text

/// `GET …/stats/top`: what was played most, as it was added up last.
struct GetTop: Sendable {
    let lists: PlayLists

    func handle(_ request: RoutedRequest) throws(Problem) -> Reply {
        let (list, limit) = try Self.question(request.http.rawQuery)
        let top = lists[list]
        var json = JSONWriter(reserving: 16 << 10)
        json.object {
            $0.field("by", list.group.rawValue)
            $0.field("window", list.window.rawValue)
            if let top { $0.field("as_of", WallTime(milliseconds: Int(top.asOf))) }
            $0.array("entries") { json in
                for entry in top?.entries.prefix(limit) ?? [] { Self.write(entry, into: &json) }
            }
        }
        return .now(
            HTTPResponse(
                status: 200,
                headers: Responses.headers(
                    mediaType: "application/json", cacheControl: "private, max-age=10", context: request.context),
                body: .bytes(json.bytes)))
    }

    private static func write(_ entry: PlayTop.Entry, into json: inout JSONWriter) {
        json.object {
            $0.field("id", entry.id)
            for mark in PlayMark.allCases { $0.field(mark.field, entry.counts[mark]) }
            $0.field("hits", entry.counts.hits)
            $0.field("made", entry.counts.made)
        }
    }

    private static func question(_ raw: String?) throws(Problem) -> (PlayTop.List, limit: Int) {
        let query: Query
        do throws(Query.Fault) { query = try Query(raw: raw) } catch {
            throw .badParameters([.init("query", "is not percent-encoded UTF-8")])
        }
        var faults = query.repeated.filter { ["by", "window", "limit"].contains($0) }.map {
            ParameterFault($0, "must be given once")
        }
        let group = PlayGroup(rawValue: query["by"] ?? "clip")
        if group == nil { faults.append(.init("by", "must be clip, episode or feed")) }
        let window = PlayWindow(rawValue: query["window"] ?? "7d")
        if window == nil { faults.append(.init("window", "must be 24h, 7d or 30d")) }
        let limit = Int(query["limit"] ?? "10") ?? 0
        if !(1...PlayTop.mostEntries).contains(limit) {
            faults.append(.init("limit", "must be 1 to \(PlayTop.mostEntries)"))
        }
        guard faults.isEmpty, let group, let window else { throw .badParameters(faults) }
        return (.init(group, window), limit)
    }
}

extension PlayMark {
    /// As answers name it.
    fileprivate var field: StaticString {
        switch self {
        case .started: "started"
        case .quarter: "quarter"
        case .half: "half"
        case .threeQuarters: "three_quarters"
        case .finished: "finished"
        }
    }
}
