// Written by scripts/parts/openapi from docs/openapi.yaml; scripts/lint looks whether both agree.
// swift-format-ignore-file

extension OpenAPI {
    /// The first half of the text's SHA-256.
    static let etag = #""b093ec15531e31af5891d8a34da71bec""#

    /// The description of the API as JSON, 34696 bytes of ASCII.
    static let text: StaticString = #"""
        {"openapi":"3.1.0","info":{"title":"Cutroom","version":"0.1.0","summary":"Audio clips out of podcast episodes,\#
         exact and on demand.","description":"A clip is asked for by `GET /api/v1/audio_clips/{episode_id}`. If it is \#
        ready, the answer comes at once; if not, the\nconnection is held until it is, or until the wait is over. Askin\#
        g again is always safe: everybody who asks for the\nsame clip waits for the same work.\n\n`HEAD` works whereve\#
        r `GET` does. `OPTIONS` answers the preflights of CORS. A path that is asked by another method\nanswers 405 wi\#
        th `Allow` (`method-not-allowed`), and one that there is not 404 (`not-found`).\n\nEvery answer carries `X-Req\#
        uest-Id`. Errors are problem documents (RFC 9457) whose `reason` is one of a fixed list; so\nare the refusals \#
        of what is not valid HTTP, whatever the path: 400, 413, 414 and 431 (more than\n`GATEWAY_MAX_HEADER_BYTES`), 5\#
        01 (another transfer coding than `chunked`) and 505 (another version than HTTP/1.1 or 1.0).\nEvery 503 and 429\#
         has a `Retry-After`. `RateLimit` and `RateLimit-Policy` are on every answer to a client that has limits,\nbut\#
         for those of probes and for refusals of invalid HTTP.\n\n`cutroom serve`, on this machine only, refuses on ev\#
        ery path what is not meant for it: pages of other sites (403,\n`cross-site`) and requests for a `Host` that is\#
         none of its names (421, `misdirected-request`).\n\nClips themselves are not part of this API: `clip_url` lead\#
        s to the store. `cutroom serve` answers it itself, under\n`/clips/`, and refuses it with the reasons `bad-url-\#
        signature` and `url-expired` (403).\n","license":{"name":"Apache-2.0","identifier":"Apache-2.0"}},"servers":[{\#
        "url":"/","description":"The gateway that served this description"},{"url":"http://localhost:8080","descriptio\#
        n":"A gateway, or `cutroom serve`, on this machine"}],"security":[{},{"ApiKey":[]},{"Bearer":[]},{"SignedURL":\#
        []}],"tags":[{"name":"clips"},{"name":"operation"}],"paths":{"/api/v1/audio_clips/{episode_id}":{"parameters":\#
        [{"$ref":"#/components/parameters/EpisodeID"},{"$ref":"#/components/parameters/StartTime"},{"$ref":"#/componen\#
        ts/parameters/Duration"},{"$ref":"#/components/parameters/Format"},{"$ref":"#/components/parameters/Accept"},{\#
        "$ref":"#/components/parameters/Prefer"},{"$ref":"#/components/parameters/CacheControl"},{"$ref":"#/components\#
        /parameters/RequestID"},{"$ref":"#/components/parameters/Traceparent"}],"get":{"operationId":"getClip","tags":\#
        ["clips"],"summary":"One clip","responses":{"200":{"$ref":"#/components/responses/Clip"},"202":{"$ref":"#/comp\#
        onents/responses/Accepted"},"400":{"$ref":"#/components/responses/BadRequest"},"401":{"$ref":"#/components/res\#
        ponses/Unauthorized"},"403":{"$ref":"#/components/responses/BadSignature"},"404":{"$ref":"#/components/respons\#
        es/NotFound"},"406":{"$ref":"#/components/responses/NotAcceptable"},"413":{"$ref":"#/components/responses/TooL\#
        arge"},"422":{"$ref":"#/components/responses/Unprocessable"},"429":{"$ref":"#/components/responses/RateLimited\#
        "},"431":{"$ref":"#/components/responses/HeadersTooLarge"},"500":{"$ref":"#/components/responses/InternalError\#
        "},"503":{"$ref":"#/components/responses/Unavailable"},"504":{"$ref":"#/components/responses/NotInTime"}}},"he\#
        ad":{"operationId":"headClip","tags":["clips"],"summary":"The same without a body","responses":{"200":{"descri\#
        ption":"The clip is ready."},"202":{"description":"The clip is being made."},"400":{"description":"The paramet\#
        ers are wrong, or the start lies past the episode's end."},"401":{"description":"An API key is needed, or the \#
        one sent is not valid."},"403":{"description":"The signature of the URL is not valid, or has expired."},"404":\#
        {"description":"There is no such episode."},"406":{"description":"`format=auto`, and `Accept` names none of th\#
        e formats."},"422":{"description":"No clip can be made of this episode."},"429":{"description":"The client has\#
         used up one of its limits."},"500":{"description":"A fault of Cutroom's own."},"503":{"description":"The clip\#
         can't be made at present."},"504":{"description":"The clip was not ready in time."}}}},"/api/v1/audio_clips/r\#
        equests/{clip_id}":{"parameters":[{"name":"clip_id","in":"path","required":true,"description":"The id of a cli\#
        p, `{episode}/{start}-{end}.{format}` or `{episode}/chunk-{n}.{format}`, percent-encoded as a whole: the slash\#
         is `%2F`. The `Location` of a 202 has it in this form.","schema":{"$ref":"#/components/schemas/ClipID"},"exam\#
        ple":"507f1f77bcf86cd799439011/30000-60000.mp3"},{"$ref":"#/components/parameters/RequestID"}],"get":{"operati\#
        onId":"getProgress","tags":["clips"],"summary":"How far a clip is","description":"From what this gateway knows\#
        ; it neither waits nor causes any work.","responses":{"200":{"description":"What is known of the clip.","heade\#
        rs":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Cache-Control":{"$ref":"#/components/headers/No\#
        Store"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Progress"}}}},"400":{"$ref":"#/\#
        components/responses/BadRequest"},"401":{"$ref":"#/components/responses/Unauthorized"},"403":{"$ref":"#/compon\#
        ents/responses/BadSignature"},"404":{"$ref":"#/components/responses/NotFound"},"413":{"$ref":"#/components/res\#
        ponses/TooLarge"},"429":{"$ref":"#/components/responses/RateLimited"},"431":{"$ref":"#/components/responses/He\#
        adersTooLarge"}}},"head":{"operationId":"headProgress","tags":["clips"],"summary":"The same without a body","r\#
        esponses":{"200":{"description":"Something is known of the clip."},"400":{"description":"This is no clip id."}\#
        ,"401":{"description":"An API key is needed, or the one sent is not valid."},"403":{"description":"The signatu\#
        re of the URL is not valid, or has expired."},"404":{"description":"Nothing is known of the clip here."},"429"\#
        :{"description":"The client has used up one of its limits."}}}},"/api/v1/audio_clips/requests/{clip_id}/events\#
        ":{"parameters":[{"name":"clip_id","in":"path","required":true,"description":"As for the request itself.","sch\#
        ema":{"$ref":"#/components/schemas/ClipID"},"example":"507f1f77bcf86cd799439011/30000-60000.mp3"},{"name":"Las\#
        t-Event-ID","in":"header","description":"Sent by browsers that connect again. After `ready` or `failed` there \#
        is no more, and the answer is 204.","schema":{"type":"string"}},{"$ref":"#/components/parameters/RequestID"}],\#
        "get":{"operationId":"getEvents","tags":["clips"],"summary":"How far a clip is, each time that it changes","de\#
        scription":"Server-sent events, `event: status` and `id:` the status, with the request's own JSON as `data`. T\#
        he first comes at once, the last is `ready` or `failed`. Comments keep the connection alive. It ends after `GA\#
        TEWAY_LONGEST_EVENT_STREAM` and when the gateway stops; connecting again, to any gateway, is always right.","r\#
        esponses":{"200":{"description":"Events until the clip is ready or has failed.","headers":{"X-Request-Id":{"$r\#
        ef":"#/components/headers/RequestID"},"Cache-Control":{"$ref":"#/components/headers/NoStore"}},"content":{"tex\#
        t/event-stream":{"schema":{"$ref":"#/components/schemas/StatusEvent"},"example":"retry: 2000\n\nid: cutting\ne\#
        vent: status\ndata: {\"status\":\"cutting\",\"clip_id\":\"507f1f77bcf86cd799439011/30000-60000.mp3\"}\n"}}},"2\#
        04":{"description":"There is nothing after the last event."},"400":{"$ref":"#/components/responses/BadRequest"\#
        },"401":{"$ref":"#/components/responses/Unauthorized"},"403":{"$ref":"#/components/responses/BadSignature"},"4\#
        04":{"$ref":"#/components/responses/NotFound"},"413":{"$ref":"#/components/responses/TooLarge"},"429":{"$ref":\#
        "#/components/responses/RateLimited"},"431":{"$ref":"#/components/responses/HeadersTooLarge"},"503":{"$ref":"#\#
        /components/responses/Unavailable"}}},"head":{"operationId":"headEvents","tags":["clips"],"summary":"The same \#
        without a body","responses":{"200":{"description":"The clip can be followed."},"204":{"description":"There is \#
        nothing after the last event."},"400":{"description":"This is no clip id."},"401":{"description":"An API key i\#
        s needed, or the one sent is not valid."},"403":{"description":"The signature of the URL is not valid, or has \#
        expired."},"404":{"description":"Nothing is known of the clip here."},"429":{"description":"The client has use\#
        d up one of its limits."}}}},"/api/v1/audio_clips/batch":{"post":{"operationId":"postBatch","tags":["clips"],"\#
        summary":"Up to 50 clips at once, without waiting","parameters":[{"$ref":"#/components/parameters/RequestID"},\#
        {"$ref":"#/components/parameters/Traceparent"}],"requestBody":{"required":true,"content":{"application/json":{\#
        "schema":{"type":"object","required":["clips"],"properties":{"clips":{"type":"array","minItems":1,"maxItems":5\#
        0,"items":{"$ref":"#/components/schemas/ClipOrder"}},"make":{"description":"Whether clips that are not ready a\#
        re asked for.","type":["boolean","null"],"default":false}}},"example":{"clips":[{"episode_id":"507f1f77bcf86cd\#
        799439011","start_time_ms":30000,"duration_ms":30000}],"make":true}}}},"responses":{"200":{"description":"An e\#
        ntry per clip, in the order asked. A faulty entry is a problem and spoils no other.","headers":{"X-Request-Id"\#
        :{"$ref":"#/components/headers/RequestID"},"Cache-Control":{"$ref":"#/components/headers/NoStore"}},"content":\#
        {"application/json":{"schema":{"type":"object","required":["clips"],"properties":{"clips":{"type":"array","ite\#
        ms":{"anyOf":[{"$ref":"#/components/schemas/Clip"},{"$ref":"#/components/schemas/Pending"},{"$ref":"#/componen\#
        ts/schemas/Problem"}]}}}}}}},"400":{"$ref":"#/components/responses/BadRequest"},"401":{"$ref":"#/components/re\#
        sponses/Unauthorized"},"403":{"$ref":"#/components/responses/BadSignature"},"413":{"$ref":"#/components/respon\#
        ses/TooLarge"},"415":{"$ref":"#/components/responses/NotJSON"},"429":{"$ref":"#/components/responses/RateLimit\#
        ed"},"431":{"$ref":"#/components/responses/HeadersTooLarge"}}}},"/api/generate-audio-clip":{"post":{"operation\#
        Id":"postChunkClip","tags":["clips"],"summary":"The clip of a transcript chunk (the earlier API)","description\#
        ":"The 30 seconds from the chunk's start, as MP3.","parameters":[{"$ref":"#/components/parameters/Prefer"},{"$\#
        ref":"#/components/parameters/CacheControl"},{"$ref":"#/components/parameters/RequestID"},{"$ref":"#/component\#
        s/parameters/Traceparent"}],"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"ob\#
        ject","required":["episode_id","chunk_index"],"properties":{"episode_id":{"$ref":"#/components/schemas/Episode\#
        ID"},"chunk_index":{"type":"integer","format":"int32","minimum":0}}},"example":{"episode_id":"7c9e6679-7425-40\#
        de-944b-e07fc1f90ae7","chunk_index":12}}}},"responses":{"200":{"description":"The clip.","headers":{"X-Request\#
        -Id":{"$ref":"#/components/headers/RequestID"},"Cache-Control":{"$ref":"#/components/headers/PrivateMaxAge"}},\#
        "content":{"application/json":{"schema":{"type":"object","required":["audio_url","duration","cached"],"propert\#
        ies":{"audio_url":{"type":"string","format":"uri"},"duration":{"description":"Seconds.","type":"number","exclu\#
        siveMinimum":0},"cached":{"description":"Whether no cut was made for this request.","type":"boolean"}}}}}},"20\#
        2":{"$ref":"#/components/responses/Accepted"},"400":{"$ref":"#/components/responses/BadRequest"},"401":{"$ref"\#
        :"#/components/responses/Unauthorized"},"403":{"$ref":"#/components/responses/BadSignature"},"404":{"$ref":"#/\#
        components/responses/NotFound"},"413":{"$ref":"#/components/responses/TooLarge"},"415":{"$ref":"#/components/r\#
        esponses/NotJSON"},"422":{"$ref":"#/components/responses/Unprocessable"},"429":{"$ref":"#/components/responses\#
        /RateLimited"},"431":{"$ref":"#/components/responses/HeadersTooLarge"},"500":{"$ref":"#/components/responses/I\#
        nternalError"},"503":{"$ref":"#/components/responses/Unavailable"},"504":{"$ref":"#/components/responses/NotIn\#
        Time"}}}},"/api/v1/audio_clips/health":{"get":{"operationId":"getHealth","security":[],"tags":["operation"],"s\#
        ummary":"Whether the gateway is well","description":"Always 200, from what the gateway already knows; nothing \#
        is probed for it.","responses":{"200":{"description":"The gateway's health.","content":{"application/json":{"s\#
        chema":{"type":"object","required":["status","timestamp","version","broker","reader","table","waiting","in_fli\#
        ght","ahead","following","refused","asked_again"],"properties":{"status":{"enum":["healthy","degraded"]},"time\#
        stamp":{"type":"string","format":"date-time"},"version":{"type":"string"},"broker":{"$ref":"#/components/schem\#
        as/BrokerState"},"keys":{"description":"Only with API keys: `valid`, or `outdated:` and why the file of keys i\#
        s not read; the keys read before are valid then, and the status is `degraded`.","type":"string"},"clips_folder\#
        ":{"description":"Only `cutroom serve`: `writable`, or why the folder takes no clips, as `full`; the status is\#
         then `degraded`.","type":"string"},"reader":{"$ref":"#/components/schemas/ReaderState"},"table":{"description\#
        ":"The ready clips that this gateway knows.","type":"object","required":["clips","bytes"],"properties":{"clips\#
        ":{"type":"integer","minimum":0},"bytes":{"type":"integer","minimum":0}}},"waiting":{"description":"Requests t\#
        hat are held.","type":"integer","minimum":0},"in_flight":{"description":"Clips that are being made for request\#
        s to this gateway.","type":"integer","minimum":0},"ahead":{"description":"Clips that are being made for any ga\#
        teway, as far as this one knows.","type":"integer","minimum":0},"following":{"description":"Connections that f\#
        ollow a clip's status.","type":"integer","minimum":0},"refused":{"description":"Requests refused since the sta\#
        rt because their clip could not have been ready in time, or because it was not known how fast clips are made."\#
        ,"type":"integer","minimum":0},"asked_again":{"description":"Clips asked for once more since the start because\#
         nothing was heard of them.","type":"integer","minimum":0}}}}}},"413":{"$ref":"#/components/responses/TooLarge\#
        "},"431":{"$ref":"#/components/responses/HeadersTooLarge"}}},"head":{"operationId":"headHealth","security":[],\#
        "tags":["operation"],"summary":"The same without a body","responses":{"200":{"description":"The gateway answer\#
        s."}}}},"/livez":{"get":{"operationId":"getLiveness","security":[],"tags":["operation"],"summary":"Whether the\#
         process answers","responses":{"200":{"description":"It does.","content":{"application/json":{"schema":{"type"\#
        :"object","required":["status"],"properties":{"status":{"const":"alive"}}}}}},"413":{"$ref":"#/components/resp\#
        onses/TooLarge"},"431":{"$ref":"#/components/responses/HeadersTooLarge"}}},"head":{"operationId":"headLiveness\#
        ","security":[],"tags":["operation"],"summary":"The same without a body","responses":{"200":{"description":"Th\#
        e process answers."}}}},"/readyz":{"get":{"operationId":"getReadiness","security":[],"tags":["operation"],"sum\#
        mary":"Whether requests should be sent here","responses":{"200":{"description":"The table of ready clips is re\#
        ad. A broker that goes away afterwards does not change that, since hits need none.","content":{"application/js\#
        on":{"schema":{"$ref":"#/components/schemas/Readiness"}}}},"413":{"$ref":"#/components/responses/TooLarge"},"4\#
        31":{"$ref":"#/components/responses/HeadersTooLarge"},"503":{"description":"The table is still being read, or \#
        has to be read again because its reader ended, or a topic of the gateway is missing or a right to it, or there\#
         are no credentials to sign URLs with, or the gateway is stopping.","headers":{"Retry-After":{"$ref":"#/compon\#
        ents/headers/RetryAfter"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Readiness"}}}\#
        }}},"head":{"operationId":"headReadiness","security":[],"tags":["operation"],"summary":"The same without a bod\#
        y","responses":{"200":{"description":"Requests should be sent here."},"503":{"description":"Requests should be\#
         sent elsewhere."}}}},"/openapi.json":{"get":{"operationId":"getOpenAPI","tags":["operation"],"summary":"This \#
        description, as JSON","parameters":[{"name":"If-None-Match","in":"header","description":"The `ETag` of an answ\#
        er that the client has already, or several.","schema":{"type":"string"}}],"responses":{"200":{"description":"W\#
        hat this gateway takes and answers. It changes only with the gateway's version.","headers":{"X-Request-Id":{"$\#
        ref":"#/components/headers/RequestID"},"ETag":{"description":"Another one for another text.","required":true,"\#
        schema":{"type":"string"}},"Cache-Control":{"description":"Any cache may keep it for five minutes.","required"\#
        :true,"schema":{"type":"string","const":"public, max-age=300"}}},"content":{"application/json":{"schema":{"typ\#
        e":"object","required":["openapi","info","paths"]}}}},"304":{"description":"The client's own is still the same\#
        ."},"412":{"description":"An `If-Match` names another one."},"413":{"$ref":"#/components/responses/TooLarge"},\#
        "431":{"$ref":"#/components/responses/HeadersTooLarge"}}},"head":{"operationId":"headOpenAPI","tags":["operati\#
        on"],"summary":"The same without a body","responses":{"200":{"description":"It is there."},"304":{"description\#
        ":"The client's own is still the same."}}}}},"components":{"securitySchemes":{"ApiKey":{"description":"An API \#
        key that the operator has given out. What it is needed for, the operator decides (`GATEWAY_KEYS_NEEDED_FOR`): \#
        nothing, clips that have to be made, or everything.","type":"apiKey","in":"header","name":"X-Api-Key"},"Bearer\#
        ":{"description":"The same key in another field.","type":"http","scheme":"bearer"},"SignedURL":{"description":\#
        "`GET` and `HEAD` of a URL that `cutroom sign` has signed, with its end in `expires`. Every parameter is signe\#
        d.","type":"apiKey","in":"query","name":"signature"}},"parameters":{"EpisodeID":{"name":"episode_id","in":"pat\#
        h","required":true,"description":"The episode's ObjectId (24 hex digits), or its guid. `health`, `batch` and `\#
        requests` are reserved.","schema":{"$ref":"#/components/schemas/EpisodeID"},"example":"507f1f77bcf86cd79943901\#
        1"},"StartTime":{"name":"start_time_ms","in":"query","required":true,"description":"Milliseconds from the epis\#
        ode's first sample. The clip's end must not exceed 2147483647.","schema":{"type":"integer","minimum":0,"maximu\#
        m":2147483647},"example":30000},"Duration":{"name":"duration_ms","in":"query","description":"Milliseconds. The\#
         default and the maximum are the operator's settings `DEFAULT_CLIP` and `LONGEST_CLIP`.","schema":{"type":"int\#
        eger","minimum":1,"maximum":60000,"default":30000}},"Format":{"name":"format","in":"query","description":"`aut\#
        o`: what `Accept` likes best of the others; `mp3` where it says nothing.","schema":{"type":"string","enum":["m\#
        p3","opus","webm","m4a","wav","auto"],"default":"mp3"}},"Accept":{"name":"Accept","in":"header","description":\#
        "Read for `format=auto` alone, where more than 1024 bytes are refused: `audio/mpeg` is `mp3`, `audio/ogg` `opu\#
        s`, `audio/webm` `webm`, `audio/mp4` and `audio/x-m4a` `m4a`, `audio/wav` `wav`, with their qualities and `cod\#
        ecs`. Of formats that are equally welcome the first in this order is taken.","schema":{"type":"string"}},"Pref\#
        er":{"name":"Prefer","in":"header","description":"`wait=N` holds the connection for at most N seconds, up to t\#
        he operator's `GATEWAY_LONGEST_WAIT` (60); `respond-async` does not hold it. With either of them, a clip that \#
        is not ready in time is answered 202 and not 504 (RFC 7240). `respond-async` is answered as soon as the broker\#
         has the request, and after the operator's `GATEWAY_ACKNOWLEDGEMENT_WAIT` (200 ms) at the latest.","schema":{"\#
        type":"string"},"example":"wait=10"},"CacheControl":{"name":"Cache-Control","in":"header","description":"`no-c\#
        ache`: do not rely on the table of ready clips. A cutter looks whether the clip is still in the bucket, and ma\#
        kes it again if not, while the connection is held as for a clip that is not ready. So often for one clip as `G\#
        ATEWAY_RECHECK_AFTER` (10 s) says, and for all as `GATEWAY_REVALIDATIONS_PER_MINUTE` says; beyond that, and un\#
        der overload, the answer is as without it. Other directives are ignored (RFC 9111, 5.2.1).","schema":{"type":"\#
        string"},"example":"no-cache"},"RequestID":{"name":"X-Request-Id","in":"header","description":"Echoed in the a\#
        nswer, in problems and in the log lines of all services, if it is 1 to 128 letters, digits and `-._~`. Any oth\#
        er value is replaced by one that is made here.","schema":{"type":"string"}},"Traceparent":{"name":"traceparent\#
        ","in":"header","description":"W3C Trace Context. The request goes on with this trace, through the events into\#
         every log line and every span; a `tracestate` beside it is handed on. Without it, or with an invalid one, a t\#
        race begins here.","schema":{"type":"string"}}},"headers":{"RequestID":{"description":"The request's own id, o\#
        r one made here.","schema":{"type":"string"}},"NoStore":{"description":"Not for caches.","schema":{"const":"no\#
        -store"}},"PrivateMaxAge":{"description":"Half of what the URL has left to live.","schema":{"type":"string","p\#
        attern":"^private, max-age=\\d+$"}},"RetryAfter":{"description":"Seconds after which asking again makes sense.\#
        ","schema":{"type":"integer","minimum":1}},"RateLimitPolicy":{"description":"The client's limits (draft-ietf-h\#
        ttpapi-ratelimit-headers): `q` requests of any kind, and `q` clips that are made, in `w` seconds. On every ans\#
        wer to a client that has limits.","schema":{"type":"string"},"example":"\"requests\";q=6000;w=60, \"misses\";q\#
        =10;w=60"},"RateLimit":{"description":"What is left of them: `r` now, and `t` seconds until all are back, or o\#
        ne where none is left. On every answer to a client that has limits.","schema":{"type":"string"},"example":"\"r\#
        equests\";r=5998;t=1, \"misses\";r=8;t=12"},"WWWAuthenticate":{"description":"The scheme by which to ask (RFC \#
        9110, 11.6.1).","schema":{"const":"Bearer realm=\"cutroom\""}},"ServerTiming":{"description":"What became of t\#
        he request, and how long it was held, in milliseconds: `hit`, `made`, `coalesced` (made for another request), \#
        `pending`, `failed`, `refused` or `late`.","schema":{"type":"string","pattern":"^(hit|made|coalesced|pending|f\#
        ailed|refused|late);dur=\\d+\\.\\d{3}$"}},"VaryAccept":{"description":"`Accept`, where the format was chosen b\#
        y it (`format=auto`).","schema":{"type":"string"}},"Location":{"description":"Where to ask how far the clip is\#
        .","schema":{"type":"string","format":"uri-reference"}}},"responses":{"Clip":{"description":"The clip is ready\#
        .","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Cache-Control":{"$ref":"#/components/h\#
        eaders/PrivateMaxAge"},"Server-Timing":{"$ref":"#/components/headers/ServerTiming"},"Vary":{"$ref":"#/componen\#
        ts/headers/VaryAccept"},"RateLimit-Policy":{"$ref":"#/components/headers/RateLimitPolicy"},"RateLimit":{"$ref"\#
        :"#/components/headers/RateLimit"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Clip\#
        "}}}},"Accepted":{"description":"The clip is being made; sent only to clients that sent a `Prefer` of `wait` o\#
        r `respond-async`.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Location":{"$ref":"#/\#
        components/headers/Location"},"Retry-After":{"$ref":"#/components/headers/RetryAfter"},"Cache-Control":{"$ref"\#
        :"#/components/headers/NoStore"},"Server-Timing":{"$ref":"#/components/headers/ServerTiming"}},"content":{"app\#
        lication/json":{"schema":{"type":"object","required":["status","clip_id"],"properties":{"status":{"enum":["que\#
        ued","resolving","cutting","failed"]},"clip_id":{"$ref":"#/components/schemas/ClipID"}}}}},"links":{"progress"\#
        :{"operationId":"getProgress","parameters":{"clip_id":"$response.body#/clip_id"},"description":"How far the cl\#
        ip is."},"events":{"operationId":"getEvents","parameters":{"clip_id":"$response.body#/clip_id"},"description":\#
        "The same, each time that it changes."}}},"BadRequest":{"description":"`bad-parameters`, `malformed-request` o\#
        r `start-past-end`. A parameter that is nearly one of these, such as `duration`, is refused by name; all other\#
        s are ignored.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"application/p\#
        roblem+json":{"schema":{"$ref":"#/components/schemas/Problem"},"examples":{"parameters":{"value":{"type":"urn:\#
        cutroom:problem:bad-parameters","title":"The parameters are not valid","status":400,"detail":"start_time_ms mu\#
        st be 0 or more; it is -1","instance":"18c9j062pedyk-3","reason":"bad-parameters","trace_id":"4bf92f3577b34da6\#
        a3ce929d0e0e4736","errors":[{"name":"start_time_ms","detail":"must be 0 or more; it is -1"}]}},"past the end":\#
        {"value":{"type":"urn:cutroom:problem:start-past-end","title":"The start lies past the episode's end","status"\#
        :400,"detail":"the clip would start at 900000 ms; the episode is 600000 ms long","instance":"18c9j062pedyk-4",\#
        "reason":"start-past-end","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","episode_duration_ms":600000}}}}}},"No\#
        tFound":{"description":"`no-such-episode`, `no-such-chunk`, or `not-found` for what is not known at all.","hea\#
        ders":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"application/problem+json":{"schem\#
        a":{"$ref":"#/components/schemas/Problem"}}}},"Unauthorized":{"description":"`unauthorized`: an API key is nee\#
        ded for this, or the one sent is not valid.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID\#
        "},"WWW-Authenticate":{"$ref":"#/components/headers/WWWAuthenticate"},"RateLimit-Policy":{"$ref":"#/components\#
        /headers/RateLimitPolicy"},"RateLimit":{"$ref":"#/components/headers/RateLimit"}},"content":{"application/prob\#
        lem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}},"BadSignature":{"description":"`bad-url-signatu\#
        re` or `url-expired`: the signature in the URL is not valid for it, or has expired.","headers":{"X-Request-Id"\#
        :{"$ref":"#/components/headers/RequestID"},"RateLimit-Policy":{"$ref":"#/components/headers/RateLimitPolicy"},\#
        "RateLimit":{"$ref":"#/components/headers/RateLimit"}},"content":{"application/problem+json":{"schema":{"$ref"\#
        :"#/components/schemas/Problem"}}}},"RateLimited":{"description":"`rate-limited`: the client has used up one o\#
        f its limits.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Retry-After":{"$ref":"#/co\#
        mponents/headers/RetryAfter"},"RateLimit-Policy":{"$ref":"#/components/headers/RateLimitPolicy"},"RateLimit":{\#
        "$ref":"#/components/headers/RateLimit"}},"content":{"application/problem+json":{"schema":{"$ref":"#/component\#
        s/schemas/Problem"}}}},"NotAcceptable":{"description":"`not-acceptable`: `format=auto`, and `Accept` names non\#
        e of the formats; `available` lists them.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}\#
        ,"Vary":{"$ref":"#/components/headers/VaryAccept"}},"content":{"application/problem+json":{"schema":{"$ref":"#\#
        /components/schemas/Problem"}}}},"NotJSON":{"description":"`unsupported-media-type`: the body is not said to b\#
        e JSON by `Content-Type`.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"ap\#
        plication/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}},"TooLarge":{"description":"`body-\#
        too-large`: a body of more than `GATEWAY_MAX_BODY_BYTES` (64 KiB).","headers":{"X-Request-Id":{"$ref":"#/compo\#
        nents/headers/RequestID"}},"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Probl\#
        em"}}}},"HeadersTooLarge":{"description":"`malformed-request`: request line and headers of more than `GATEWAY_\#
        MAX_HEADER_BYTES` (16 KiB).","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"\#
        application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}},"Unprocessable":{"description":\#
        "`no-transcript`, `no-audio`, `bad-episode-data` or `unplayable-source`.","headers":{"X-Request-Id":{"$ref":"#\#
        /components/headers/RequestID"}},"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas\#
        /Problem"}}}},"InternalError":{"description":"`internal-error`: a fault of Cutroom's own.","headers":{"X-Reque\#
        st-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"application/problem+json":{"schema":{"$ref":"#/c\#
        omponents/schemas/Problem"}}}},"Unavailable":{"description":"`catalog-unavailable`, `store-unavailable`, `brok\#
        er-unavailable`, `source-changed`, `cut-failed`, `overloaded` or `stopping`.","headers":{"X-Request-Id":{"$ref\#
        ":"#/components/headers/RequestID"},"Retry-After":{"$ref":"#/components/headers/RetryAfter"}},"content":{"appl\#
        ication/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}},"NotInTime":{"description":"`not-re\#
        ady-in-time`: the clip is still being made. `expired`: the work was given up at its deadline.","headers":{"X-R\#
        equest-Id":{"$ref":"#/components/headers/RequestID"},"Retry-After":{"$ref":"#/components/headers/RetryAfter"}}\#
        ,"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}},"schemas":{"Episo\#
        deID":{"description":"24 hex digits, or a guid of 1 to 512 bytes of UTF-8 without control characters. (`maxLen\#
        gth` counts characters; a guid of fewer characters may have too many bytes.)","type":"string","minLength":1,"m\#
        axLength":512,"pattern":"^[^\\u0000-\\u001F\\u007F-\\u009F\\u2028\\u2029]+$","not":{"enum":["health","batch","\#
        requests"]}},"Format":{"type":"string","enum":["mp3","opus","webm","m4a","wav"],"default":"mp3"},"ClipID":{"de\#
        scription":"`{episode}/{start}-{end}.{format}` in milliseconds, or `{episode}/chunk-{n}.{format}`.","type":"st\#
        ring","pattern":"^[^\\u0000-\\u001F\\u007F-\\u009F\\u2028\\u2029]+/((0|[1-9]\\d*)-[1-9]\\d*|chunk-(0|[1-9]\\d*\#
        ))\\.(mp3|opus|webm|m4a|wav)$"},"ClipOrder":{"type":"object","required":["episode_id","start_time_ms"],"proper\#
        ties":{"episode_id":{"$ref":"#/components/schemas/EpisodeID"},"start_time_ms":{"type":"integer","minimum":0,"m\#
        aximum":2147483647},"duration_ms":{"type":["integer","null"],"minimum":1,"maximum":60000,"default":30000},"for\#
        mat":{"oneOf":[{"$ref":"#/components/schemas/Format"},{"type":"null"}]}}},"Clip":{"type":"object","required":[\#
        "clip_url","expires_at","cache_hit","episode_id","start_time_ms","duration_ms","generation_time_ms","format","\#
        exact"],"properties":{"clip_url":{"description":"Signed; plays for whoever has it until `expires_at`.","type":\#
        "string","format":"uri"},"expires_at":{"description":"At least 24 hours away, unless the credentials that sign\#
        ed it end earlier.","type":"string","format":"date-time"},"cache_hit":{"description":"Whether no cut was made \#
        for this request; in progress and events, for the work that made the clip ready, as far as this gateway heard \#
        of it lately.","type":"boolean"},"episode_id":{"description":"The episode's ObjectId, also where it was asked \#
        for by guid.","type":"string","pattern":"^[0-9a-f]{24}$"},"start_time_ms":{"type":"integer","minimum":0},"dura\#
        tion_ms":{"description":"What is in the clip; less than asked where the episode ends earlier.","type":"integer\#
        ","minimum":1},"generation_time_ms":{"description":"What this request waited; in progress and events, how long\#
         the work took since this gateway first heard of it. 0 for a clip that was ready.","type":"integer","minimum":\#
        0},"format":{"$ref":"#/components/schemas/Format"},"exact":{"description":"`sample`: lossless, exact to the sa\#
        mple. `reencoded`: encoded again, exact to the sample, or to what docs/exact-cut.md states for the kind of sou\#
        rce.","enum":["sample","reencoded"]}}},"Pending":{"type":"object","required":["status","clip_id","location"],"\#
        properties":{"status":{"const":"pending"},"clip_id":{"$ref":"#/components/schemas/ClipID"},"location":{"descri\#
        ption":"Where to ask how far the clip is.","type":"string","format":"uri-reference"}}},"StatusEvent":{"descrip\#
        tion":"One event of the stream.","type":"object","required":["id","event","data"],"properties":{"id":{"descrip\#
        tion":"The status; sent back as `Last-Event-ID`.","enum":["queued","resolving","cutting","ready","failed"]},"e\#
        vent":{"const":"status"},"data":{"type":"string","contentMediaType":"application/json","contentSchema":{"$ref"\#
        :"#/components/schemas/Progress"}}}},"Progress":{"type":"object","required":["status","clip_id"],"properties":\#
        {"status":{"enum":["queued","resolving","cutting","ready","failed"]},"clip_id":{"$ref":"#/components/schemas/C\#
        lipID"},"clip":{"description":"With `ready`.","anyOf":[{"$ref":"#/components/schemas/Clip"},{"$ref":"#/compone\#
        nts/schemas/Problem"}]},"problem":{"description":"With `failed`.","$ref":"#/components/schemas/Problem"}}},"Pr\#
        oblem":{"description":"RFC 9457.","type":"object","required":["type","title","status","detail","instance","rea\#
        son"],"properties":{"type":{"type":"string","pattern":"^urn:cutroom:problem:[a-z-]+$"},"title":{"description":\#
        "The same for every problem with this reason.","type":"string"},"status":{"type":"integer","minimum":400,"maxi\#
        mum":599},"detail":{"description":"A sentence for people.","type":"string"},"instance":{"description":"The req\#
        uest's id.","type":"string"},"reason":{"$ref":"#/components/schemas/Reason"},"trace_id":{"description":"Of the\#
         request's trace, as in log lines and spans.","type":"string","pattern":"^[0-9a-f]{32}$"},"errors":{"descripti\#
        on":"With `bad-parameters`, every parameter that was wrong.","type":"array","items":{"type":"object","required\#
        ":["name","detail"],"properties":{"name":{"type":"string"},"detail":{"type":"string"}}}},"available":{"descrip\#
        tion":"With `not-acceptable`, the formats that there are.","type":"array","items":{"type":"object","required":\#
        ["format","media_type"],"properties":{"format":{"$ref":"#/components/schemas/Format"},"media_type":{"type":"st\#
        ring"}}}},"episode_duration_ms":{"description":"With `start-past-end`.","type":"integer","minimum":0}}},"Reaso\#
        n":{"enum":["bad-parameters","malformed-request","unauthorized","bad-url-signature","url-expired","cross-site"\#
        ,"not-found","method-not-allowed","not-acceptable","body-too-large","unsupported-media-type","misdirected-requ\#
        est","rate-limited","start-past-end","no-such-episode","no-such-chunk","no-transcript","no-audio","bad-episode\#
        -data","unplayable-source","catalog-unavailable","store-unavailable","broker-unavailable","source-changed","cu\#
        t-failed","overloaded","stopping","expired","not-ready-in-time","internal-error"]},"BrokerState":{"enum":["con\#
        nected","unreachable"]},"ReaderState":{"description":"Whether the topics are read into the table. `lost` and w\#
        hy: the reader has ended and is being made anew; what is ready since is not in the table yet.","type":"string"\#
        ,"pattern":"^(running|lost: [a-z-]+)$"},"Readiness":{"type":"object","required":["status","broker","topics","t\#
        able","reader"],"properties":{"status":{"enum":["ready","not ready","stopping"]},"broker":{"$ref":"#/component\#
        s/schemas/BrokerState"},"topics":{"description":"`present`, or `missing: ` and what the brokers say: the topic\#
         that is missing, the right that is denied, or\nboth, with several between semicolons.\n","type":"string","pat\#
        tern":"^(present|missing: .+)$"},"table":{"enum":["loaded","loading"]},"reader":{"$ref":"#/components/schemas/\#
        ReaderState"},"signing":{"description":"Only while no clip URL can be signed; why there are no credentials.","\#
        type":"string","pattern":"^missing: .+$"}}}}}}
        """#
}
