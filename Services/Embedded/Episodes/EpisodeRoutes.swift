import Domain
import Episodes
import GatewayService
import HTTPServer
import Text

/// `GET /api/v1/episodes` and what is below it: the episodes of a folder, with what they say of themselves.
final class EpisodeRoutes: Sendable {
    private static let usualLimit = 50
    private static let mostLimit = 200
    /// A path in the folder, at most as long as one may be.
    private static let longestPath = 4_096

    private let episodes: EpisodeFolder
    private let addresses: EpisodeAddresses
    private let search: SearchRoute

    init(_ episodes: EpisodeFolder, at addresses: EpisodeAddresses, search: SearchRoute) {
        self.episodes = episodes
        self.addresses = addresses
        self.search = search
    }

    /// Whether a path is one of these, without its query.
    static func owns(_ rawPath: String) -> Bool {
        rawPath == EpisodeAddresses.path || rawPath.hasPrefix(EpisodeAddresses.path + "/")
    }

    /// The answer to a GET or HEAD for one of these paths; nil for any other path.
    func answer(_ request: HTTPRequest, _ responder: any Responder) -> Reply? {
        guard Self.owns(request.rawPath) else { return nil }
        let rest = request.rawPath.dropFirst(EpisodeAddresses.path.count).split(
            separator: "/", omittingEmptySubsequences: false)
        switch (rest.count, rest.dropFirst(2).first) {
        case (1, _):
            do throws(Problem) {
                let asked = try Self.asked(request)
                later(request, responder) { await self.page(asked.after, asked.limit) }
            } catch { return .now(Gateway.problem(error, for: request)) }
        case (2, _) where rest[1] == SearchRoute.name:
            do throws(Problem) {
                let question = try SearchRoute.asked(request)
                Task { responder.complete(await self.found(question, request)) }
            } catch { return .now(Gateway.problem(error, for: request)) }
        case (2, _), (3, "picture"?):
            guard let name = Percent.decode(rest[1]) else { return .now(missing(request)) }
            let id: EpisodeID
            do throws(ClipFault) { id = try EpisodeID(parsing: name) } catch {
                return .now(Gateway.problem(.clip(error), for: request))
            }
            if rest.count == 2 {
                later(request, responder) { () async throws(CatalogFault) in try await self.episode(id) }
            } else {
                later(request, responder) { () async throws(CatalogFault) in try await self.picture(of: id, request) }
            }
        default: return .now(missing(request))
        }
        return .later
    }

    private func later(
        _ request: HTTPRequest, _ responder: any Responder,
        _ answer: @escaping @Sendable () async throws(CatalogFault) -> HTTPResponse
    ) {
        Task {
            do throws(CatalogFault) { responder.complete(try await answer()) } catch {
                responder.complete(Gateway.problem(.clip(error.clipFault), for: request))
            }
        }
    }

    private func found(_ question: SearchRoute.Question, _ request: HTTPRequest) async -> HTTPResponse {
        do throws(ClipFault) { return Self.json(try await search.answer(question)) } catch {
            return Gateway.problem(.clip(error), for: request)
        }
    }

    private func page(_ after: String?, _ limit: Int) async -> HTTPResponse {
        let page = await episodes.page(after: after, limit: limit)
        return Self.json(EpisodeAnswers(addresses: addresses).page(page, limit: limit))
    }

    private func episode(_ id: EpisodeID) async throws(CatalogFault) -> HTTPResponse {
        Self.json(EpisodeAnswers(addresses: addresses).episode(try await episodes.described(id)))
    }

    private func picture(of id: EpisodeID, _ request: HTTPRequest) async throws(CatalogFault) -> HTTPResponse {
        let nothing = EdgeFault(.notFound, "the episode has no picture")
        guard let picture = try await episodes.picture(of: id), let etag = picture.etag else {
            return Gateway.problem(.edge(nothing), for: request)
        }
        var headers = [(name: "ETag", value: etag), ("Cache-Control", "private, no-cache")]
        if let status = request.statusInstead(ofSending: etag) { return HTTPResponse(status: status, headers: headers) }
        guard let shown = try await episodes.bytes(of: picture) else {
            return Gateway.problem(.edge(nothing), for: request)
        }
        headers += [
            ("Content-Type", shown.type.mediaType), Self.asItIs, ("Content-Security-Policy", "default-src 'none'"),
        ]
        return HTTPResponse(status: 200, headers: headers, body: .bytes(shown.bytes))
    }

    private func missing(_ request: HTTPRequest) -> HTTPResponse {
        Gateway.problem(.edge(EdgeFault(.notFound, "there is nothing of an episode here")), for: request)
    }

    private static let asItIs = (name: "X-Content-Type-Options", value: "nosniff")

    private static func json(_ bytes: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store"), asItIs],
            body: .bytes(bytes))
    }

    private static func asked(_ request: HTTPRequest) throws(Problem) -> (after: String?, limit: Int) {
        let query = try EpisodeQuery(request, once: ["after", "limit"])
        var faults = query.faults
        let limit = query.limit(usual: usualLimit, most: mostLimit, &faults)
        if let after = query["after"], after.utf8.count > longestPath {
            faults.append(ParameterFault("after", "must be a path of at most \(longestPath) bytes"))
        }
        guard faults.isEmpty else { throw .clip(.badParameters(faults)) }
        return (query["after"], limit)
    }
}
