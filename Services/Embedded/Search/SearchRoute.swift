import Domain
import Episodes
import GatewayService
import HTTPServer
import SQLite
import Text

/// `GET /api/v1/episodes/search`: where something is said in the folder's episodes.
struct SearchRoute: Sendable {
    static let name = "search"
    private static let usualLimit = 20
    private static let mostLimit = 100

    let index: SpokenIndex
    let watch: SpokenWatch
    let episodes: EpisodeFolder

    struct Question: Sendable {
        let text: String
        let limit: Int
        /// Where to look; nil: everywhere.
        let episode: ObjectID?
    }

    /// - Throws: what is wrong with the parameters; every text can be searched for.
    static func asked(_ request: HTTPRequest) throws(Problem) -> Question {
        let query = try EpisodeQuery(request, once: ["q", "limit", "episode_id"])
        var faults = query.faults
        let text = query["q"] ?? ""
        if query["q"] == nil { faults.append(ParameterFault("q", "is needed")) }
        if text.utf8.count > SpokenQuery.longestText {
            faults.append(ParameterFault("q", "must have at most \(SpokenQuery.longestText) bytes of UTF-8"))
        }
        let limit = query.limit(usual: usualLimit, most: mostLimit, &faults)
        let episode = query["episode_id"].flatMap { ObjectID(hex: $0) }
        if query["episode_id"] != nil, episode == nil {
            faults.append(ParameterFault("episode_id", "must be 24 hex digits"))
        }
        guard faults.isEmpty else { throw .clip(.badParameters(faults)) }
        return Question(text: text, limit: limit, episode: episode)
    }

    /// - Throws: `.overloaded` if too many search.
    func answer(_ question: Question) async throws(ClipFault) -> [UInt8] {
        await watch.refresh()
        var number: Int64?
        if let episode = question.episode {
            number = await watch.number(of: episode)
            guard number != nil else {
                return json(.init(found: [], hasMore: false, isRanked: true), [:], [:], await watch.progress)
            }
        }
        let answer: SpokenIndex.Answer
        do throws(SQLiteFault) {
            answer = try await index.find(SpokenQuery(question.text), in: number, limit: question.limit)
        } catch {
            switch error.kind {
            case .busy: throw ClipFault(.overloaded, "too many searches wait")
            case .closed: throw ClipFault(.stopping, "this server is stopping")
            default: throw ClipFault(.internalError, "the search failed")
            }
        }
        var ids: [Int64: ObjectID] = [:]
        for number in Set(answer.found.map(\.episode)) { ids[number] = await watch.episode(number) }
        let described = await episodes.described(Set(ids.values))
        return json(answer, ids, described, await watch.progress)
    }

    private func json(
        _ answer: SpokenIndex.Answer, _ ids: [Int64: ObjectID], _ described: [ObjectID: DescribedEpisode],
        _ progress: SpokenWatch.Progress
    ) -> [UInt8] {
        var json = JSONWriter(reserving: 128 + 512 * answer.found.count)
        json.object { json in
            json.array("hits") { json in
                for found in answer.found {
                    // One that went since it was found.
                    guard let id = ids[found.episode], let episode = described[id] else { continue }
                    json.object { json in hit(found, episode, &json) }
                }
            }
            json.field("has_more", answer.hasMore)
            json.field("ranked", answer.isRanked)
            json.field("indexed_episodes", progress.indexed)
            json.field("pending_episodes", progress.waiting)
            json.field("index_full", progress.isFull)
        }
        return json.bytes
    }

    private func hit(_ found: SpokenIndex.Found, _ episode: DescribedEpisode, _ json: inout JSONWriter) {
        json.field("episode_id", episode.episode.id.description)
        json.field("title", episode.title)
        json.field("feed_title", episode.feedTitle)
        json.field("start_time_ms", found.startMs)
        json.field("end_time_ms", found.endMs)
        if let speaker = found.speaker { json.field("speaker", speaker) }
        json.field("text", found.text)
        json.array("matches") { json in
            for match in found.matches {
                json.object { json in
                    json.field("start", match.lowerBound)
                    json.field("end", match.upperBound)
                }
            }
        }
    }
}
