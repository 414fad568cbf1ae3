import Domain
import HTTPServer
import Logging
import ObjectStore
import Text

/// What clients read: the contract's answers, and problems per RFC 9457.
struct Responses: Sendable {
    let signer: any URLSigner
    /// In which equal requests get equal URLs.
    let signingWindow: Duration

    /// The contract's answer for a clip.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - waited: what this request waited for a cut; zero from the table.
    func clip(
        _ clip: ReadyClip, _ parts: PartAnswers = .none, now: Int64, cacheHit: Bool, waited: Duration,
        context: RequestContext
    ) -> HTTPResponse {
        signed(clip, parts, now: now, context: context) { url, json in
            Self.write(clip, url, cacheHit: cacheHit, waited: waited, into: &json)
        }
    }

    /// The earlier API's answer for the clip of a transcript chunk.
    func chunk(
        _ clip: ReadyClip, _ parts: PartAnswers = .none, now: Int64, cacheHit: Bool, context: RequestContext
    ) -> HTTPResponse {
        signed(clip, parts, now: now, context: context) { url, json in
            json.field("audio_url", url.url)
            json.field("duration", secondsFromMs: clip.durationMs)
            json.field("cached", cacheHit)
            guard clip.snapped != nil else { return }
            json.field("start_time_ms", clip.startMs)
            SnappedAnswer.write(clip, into: &json)
        }
    }

    /// The way to the clip itself. It may be kept for as long as a request would be sent to the same URL, and never beyond
    /// half of what that has left.
    ///
    /// - Parameters:
    ///   - head: the URL will be asked by `HEAD`.
    ///   - download: a browser is to save the clip.
    func redirect(
        _ clip: ReadyClip, head: Bool, download: Bool, now: Int64, context: RequestContext
    ) -> HTTPResponse {
        let use = SignedURLUse(
            method: head ? .head : .get, savedAs: download ? clip.key.fileName(title: nil) : nil)
        return signed(clip, for: use, now: now, context: context) { url in
            let window = max(1, signingWindow.components.seconds)
            let maxAge = min(window - now % window, Self.maxAge(ofURLUntil: url.expiresAtUnixSeconds, now: now))
            // A cache may answer HEAD by what it keeps of GET, and must not answer GET by what is signed for HEAD.
            let cacheControl = head ? "no-store" : "private, max-age=\(maxAge)"
            return HTTPResponse(
                status: 307,
                headers: [("Location", url.url)]
                    + Self.headers(mediaType: nil, cacheControl: cacheControl, context: context))
        }
    }

    /// The same within another answer.
    ///
    /// - Parameter outcome: of the work that this answer tells of; nil for a clip that was ready.
    func write(
        _ clip: ReadyClip, _ parts: PartAnswers = .none, outcome: WorkOutcome? = nil, now: Int64,
        context: RequestContext, into json: inout JSONWriter
    ) {
        do throws(ObjectStoreFault) {
            let url = try signer.signedURL(key: clip.key.description, atUnixSeconds: now)
            json.object {
                Self.write(
                    clip, url, cacheHit: outcome?.cut != true, waited: outcome?.took ?? .zero, into: &$0)
                parts.write(signer: signer, now: now, context: context, into: &$0)
            }
        } catch {
            json.object { Self.write(Self.unsigned(error), context: context, into: &$0) }
        }
    }

    /// The entry of a batch for a clip that is ready, as search results of the old API had it.
    func audioClip(
        _ clip: ReadyClip, _ parts: PartAnswers, now: Int64, context: RequestContext, into json: inout JSONWriter
    ) {
        guard let url = try? signer.signedURL(key: clip.key.description, atUnixSeconds: now) else {
            return Self.noAudioClip(into: &json)
        }
        json.object {
            $0.field("available", true)
            $0.field("url", url.url)
            $0.field("duration", secondsFromMs: clip.durationMs)
            parts.write(signer: signer, now: now, context: context, into: &$0)
        }
    }

    /// The same where there is no clip, for whatever reason.
    static func noAudioClip(into json: inout JSONWriter) {
        json.object {
            $0.field("available", false)
            $0.key("url")
            $0.null()
            $0.key("duration")
            $0.null()
        }
    }

    /// A clip that is not there yet, in an answer that does not wait for it.
    static func writePending(_ id: ClipID, into json: inout JSONWriter) {
        json.field("status", "pending")
        json.field("clip_id", id.description)
        json.field("location", GatewayAPI.statusPath(of: id))
    }

    /// How far a clip is that is not there yet.
    func progress(_ id: ClipID, stage: Stage, status: Int, context: RequestContext) -> HTTPResponse {
        var json = JSONWriter()
        json.object {
            $0.field("status", stage.rawValue)
            $0.field("clip_id", id.description)
        }
        var headers = Self.headers(mediaType: "application/json", cacheControl: "no-store", context: context)
        if status == 202 { headers.append(("Location", GatewayAPI.statusPath(of: id))) }
        headers.append(("Retry-After", "1"))
        return HTTPResponse(status: status, headers: headers, body: .bytes(json.bytes))
    }

    /// - Parameter retryAfterSeconds: when to ask again; nil: as the problem knows, else in two seconds if the status is 503.
    static func problem(
        _ problem: Problem, retryAfterSeconds: Int? = nil, context: RequestContext
    ) -> HTTPResponse {
        context.span?.set(["cutroom.reason": .string(problem.slug)])
        var json = JSONWriter()
        json.object { Self.write(problem, context: context, into: &$0) }
        var headers = Self.headers(
            mediaType: "application/problem+json", cacheControl: "no-store", context: context)
        if problem.isNotAcceptable, !context.isNegotiated { headers.append(("Vary", "Accept")) }
        // RFC 9110, 15.5.2: a 401 says by which scheme to ask (RFC 6750, 3).
        if problem.status == 401 { headers.append(("WWW-Authenticate", #"Bearer realm="cutroom""#)) }
        if let seconds = retryAfterSeconds ?? problem.retryAfterSeconds ?? (problem.status == 503 ? 2 : nil) {
            headers.append(("Retry-After", String(seconds)))
        }
        return HTTPResponse(status: problem.status, headers: headers, body: .bytes(json.bytes))
    }

    /// The members of a problem document (RFC 9457, 3.1), and those of our own.
    static func write(_ problem: Problem, context: RequestContext, into json: inout JSONWriter) {
        json.field("type", "urn:cutroom:problem:\(problem.slug)")
        json.field("title", problem.title)
        json.field("status", problem.status)
        json.field("detail", problem.detail)
        json.field("instance", context.requestID)
        json.field("reason", problem.slug)
        json.field("trace_id", context.trace.traceID.description)
        if problem.isNotAcceptable {
            json.array("available") { json in
                for format in ClipFormat.audio {
                    json.object {
                        $0.field("format", format.name)
                        $0.field("media_type", format.mediaType)
                    }
                }
            }
        }
        if let duration = problem.episodeDuration { json.field("episode_duration_ms", duration.wholeMilliseconds) }
        if !problem.parameters.isEmpty {
            json.array("errors") { json in
                for parameter in problem.parameters {
                    json.object {
                        $0.field("name", parameter.name)
                        $0.field("detail", parameter.problem)
                    }
                }
            }
        }
    }

    static func headers(
        mediaType: String?, cacheControl: String, context: RequestContext
    ) -> [(name: String, value: String)] {
        var headers = [
            (name: "Cache-Control", value: cacheControl), (name: "X-Request-Id", value: context.requestID),
        ]
        if let mediaType { headers.insert(("Content-Type", mediaType), at: 0) }
        if !context.corsHeaders.isEmpty { headers += context.corsHeaders }
        if context.isNegotiated { headers.append(("Vary", "Accept")) }
        return headers
    }

    /// An answer that will say more later is not for caches.
    private func signed(
        _ clip: ReadyClip, _ parts: PartAnswers, now: Int64, context: RequestContext,
        _ write: (SignedURL, inout JSONWriter) -> Void
    ) -> HTTPResponse {
        signed(clip, for: .reading, now: now, context: context) { url in
            var json = JSONWriter(reserving: 1024)
            json.object {
                write(url, &$0)
                parts.write(signer: signer, now: now, context: context, into: &$0)
            }
            let maxAge = Self.maxAge(ofURLUntil: url.expiresAtUnixSeconds, now: now)
            let headers = Self.headers(
                mediaType: "application/json",
                cacheControl: parts.isWhole ? "private, max-age=\(maxAge)" : "no-store", context: context)
            return HTTPResponse(status: 200, headers: headers, body: .bytes(json.bytes))
        }
    }

    private func signed(
        _ clip: ReadyClip, for use: SignedURLUse, now: Int64, context: RequestContext,
        _ answer: (SignedURL) -> HTTPResponse
    ) -> HTTPResponse {
        do throws(ObjectStoreFault) {
            return answer(try signer.signedURL(key: clip.key.description, for: use, atUnixSeconds: now))
        } catch {
            return Self.problem(Self.unsigned(error), context: context)
        }
    }

    /// Half of what a URL has left, in seconds: a cache must never hand out one that is about to end.
    static func maxAge(ofURLUntil end: Int64, now: Int64) -> Int64 { max(0, end - now) / 2 }

    static func unsigned(_ fault: ObjectStoreFault) -> Problem {
        .clip(.storeUnavailable, "no URL can be signed at present: \(fault.slug)")
    }

    private static func write(
        _ clip: ReadyClip, _ url: SignedURL, cacheHit: Bool, waited: Duration, into json: inout JSONWriter
    ) {
        json.field("clip_url", url.url)
        json.field("expires_at", WallTime(milliseconds: Int(url.expiresAtUnixSeconds) * 1000).secondsText)
        json.field("cache_hit", cacheHit)
        json.field("episode_id", clip.key.episode.description)
        json.field("start_time_ms", clip.startMs)
        json.field("duration_ms", clip.durationMs)
        json.field("generation_time_ms", waited.wholeMilliseconds)
        json.field("format", clip.key.format.name)
        json.field("exact", clip.exact.rawValue)
        switch clip.key.format {
        case .peaks(let variant), .dat(let variant):
            json.field("samples_per_pixel", variant.samplesPerPixel.rawValue)
            json.field("bits", variant.bits.rawValue)
            json.field("channels", variant.channels.rawValue)
        case .svg(let variant), .png(let variant):
            json.field("size", variant.size.rawValue)
            json.field("colors", variant.colors.rawValue)
        case .mp3, .opus, .webm, .m4a, .wav, .transcript: break
        }
        SnappedAnswer.write(clip, into: &json)
    }
}
