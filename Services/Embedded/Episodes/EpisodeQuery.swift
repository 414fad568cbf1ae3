import Domain
import GatewayService
import HTTPServer
import Text

/// The query of a path that tells of episodes.
struct EpisodeQuery {
    private let query: Query
    /// Parameters that came twice.
    let faults: [ParameterFault]

    /// - Parameter once: parameters that may come once.
    /// - Throws: what is no query at all.
    init(_ request: HTTPRequest, once names: [String]) throws(Problem) {
        do throws(Query.Fault) { query = try Query(raw: request.rawQuery) } catch {
            throw .edge(EdgeFault(.malformedRequest, "the query can't be decoded"))
        }
        faults = query.repeated.filter { names.contains($0) }.map { ParameterFault($0, "may come once") }
    }

    subscript(name: String) -> String? { query[name] }

    /// How many are asked for at most.
    func limit(usual: Int, most: Int, _ faults: inout [ParameterFault]) -> Int {
        guard let text = query["limit"] else { return usual }
        if let number = Int(text), (1...most).contains(number) { return number }
        faults.append(ParameterFault("limit", "must be 1 to \(most)"))
        return usual
    }
}
