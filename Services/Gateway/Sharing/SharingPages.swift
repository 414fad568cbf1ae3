import Domain
import HTTPServer
import ObjectStore

/// The handlers of a clip's pages, and of what leads to them.
struct SharingPages: Sendable {
    let query: ClipQuery
    let finder: FactFinder
    let settings: SharingSettings
    let pages: PageResponse

    /// `GET /c/{clip id}`.
    func page(_ request: RoutedRequest) throws(Problem) -> Reply { show(request, isEmbedded: false) }

    /// `GET /embed/{clip id}`.
    func embed(_ request: RoutedRequest) throws(Problem) -> Reply { show(request, isEmbedded: true) }

    private func show(_ request: RoutedRequest, isEmbedded: Bool) -> Reply {
        let shared: SharedClip
        do throws(Problem) { shared = try SharedClip(request.segment, query) } catch {
            return .now(notice(error, request, isEmbedded: isEmbedded))
        }
        let base = base(request)
        return finder.find(shared.id, request) { facts in
            switch facts.standing {
            case .gone: return notice(Self.gone, request, isEmbedded: isEmbedded)
            case .failed(let problem): return notice(problem, request, isEmbedded: isEmbedded)
            case .playable:
                let page = ClipPage(shared: shared, facts: facts, base: base, link: settings.link)
                return html(
                    isEmbedded ? page.embed() : page.page(), playing: facts.clip, request, isEmbedded: isEmbedded)
            }
        }
    }

    /// `GET /s/{code}`: where the code's page is.
    func short(_ request: RoutedRequest) throws(Problem) -> Reply {
        guard let id = ShortCode.decode(request.segment), let shared = try? SharedClip(id, query) else {
            return .now(notice(Self.badCode, request, isEmbedded: false))
        }
        return .now(
            HTTPResponse(
                status: 308,
                headers: Responses.headers(
                    mediaType: nil, cacheControl: "public, max-age=86400", context: request.context) + [
                        ("Location", shared.pagePath)
                    ]))
    }

    /// `GET /c/{clip id}/soundbite.xml`.
    func soundbite(_ request: RoutedRequest) throws(Problem) -> Reply {
        let shared = try SharedClip(request.segment, query)
        return finder.find(shared.id, request) { facts in
            switch facts.standing {
            case .gone: return Responses.problem(Self.gone, context: request.context)
            case .failed(let problem): return Responses.problem(problem, context: request.context)
            case .playable:
                let edges = facts.edges(of: shared)
                let xml = Soundbite.xml(
                    startMs: edges.startMs, endMs: edges.endMs, title: facts.about?.episodeTitle)
                return plain("application/xml", Array(xml.utf8), request)
            }
        }
    }

    /// `GET /oembed?url=`.
    func oEmbed(_ request: RoutedRequest) throws(Problem) -> Reply {
        let question = try OEmbed.Question(request.http.rawQuery)
        guard let base = base(request), let target = OEmbed.target(question.url, base: base) else {
            throw .edge(.notFound, "url must be the address of a clip's page on this server")
        }
        let shared: SharedClip?
        switch target {
        case .id(let segment): shared = try? SharedClip(segment, query)
        case .code(let code): shared = ShortCode.decode(code).flatMap { try? SharedClip($0, query) }
        }
        guard let shared else { throw .edge(.notFound, "url names no clip that can have a page") }
        return finder.find(shared.id, request) { facts in
            switch facts.standing {
            case .gone: return Responses.problem(Self.gone, context: request.context)
            case .failed(let problem):
                return Responses.problem(
                    .edge(.notFound, "there is no such clip: \(problem.detail)"), context: request.context)
            case .playable:
                let page = ClipPage(shared: shared, facts: facts, base: base, link: settings.link)
                let response = OEmbed(page: page, base: base, question: question).response
                return plain(response.mediaType, response.bytes, request)
            }
        }
    }

    /// How clients reach this gateway, as far as that is known.
    private func base(_ request: RoutedRequest) -> BaseURL? { BaseURL.reaching(settings.publicURL, request.http) }

    private static let gone = Problem.edge(.gone, "this clip was taken down")
    private static let badCode = Problem.edge(
        .notFound, "this short link leads nowhere: it was cut off, or a character of it is another one")

    private func notice(_ problem: Problem, _ request: RoutedRequest, isEmbedded: Bool) -> HTTPResponse {
        html(ClipPage.notice(problem.title, problem.detail), status: problem.status, request, isEmbedded: isEmbedded)
    }

    private func html(
        _ text: String, status: Int = 200, playing clip: ReadyClip? = nil, _ request: RoutedRequest, isEmbedded: Bool
    ) -> HTTPResponse {
        pages.page(
            text, status: status, playing: clip, frameAncestors: isEmbedded ? settings.frameAncestors : ["'none'"],
            now: finder.clock(), context: request.context)
    }

    private func plain(
        _ mediaType: String, _ bytes: [UInt8], cacheControl: String = "no-cache", _ request: RoutedRequest
    ) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: Responses.headers(mediaType: mediaType, cacheControl: cacheControl, context: request.context) + [
                ("X-Content-Type-Options", "nosniff")
            ], body: .bytes(bytes))
    }
}
