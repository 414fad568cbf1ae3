// Written by scripts/parts/openapi from docs/openapi.yaml; scripts/lint looks whether both agree.
// swift-format-ignore-file

extension OpenAPI {
    /// The first half of the text's SHA-256.
    static let etag = #""3a88d187ffa74d826cf02220b8988f04""#

    /// The description of the API as JSON, 29758 bytes of ASCII.
    static let text: StaticString = #"""
        {"openapi":"3.1.0","info":{"title":"Cutroom","version":"0.1.0","summary":"Audio clips out of podcast episodes,\#
         exact and on demand.","description":"A clip is asked for by `GET /api/v1/audio_clips/{episode_id}`. If it is \#
        ready, the answer comes at once; if not, the\nconnection is held until it is, or until the wait is over. Askin\#
        g again is always safe: everybody who asks for the\nsame clip waits for the same work.\n\n`HEAD` works whereve\#
        r `GET` does. `OPTIONS` answers the preflights of CORS. A path that is asked by another method\nanswers 405 wi\#
        th `Allow` (`method-not-allowed`), and one that there is not 404 (`not-found`).\n\nEvery answer carries `X-Req\#
        uest-Id`. Errors are problem documents (RFC 9457) whose `reason` is one of a fixed list; so\nare the refusals \#
        of what is not valid HTTP, whatever the path: 400, 413, 414 and 431 (more than\n`GATEWAY_MAX_HEADER_BYTES`), 5\#
        01 (another transfer coding than `chunked`) and 505 (another version than HTTP/1.1 or 1.0).\nEvery 503 has a `\#
        Retry-After`.\n\n`cutroom serve`, on this machine only, refuses on every path what is not meant for it: pages \#
        of other sites (403,\n`cross-site`) and requests for a `Host` that is none of its names (421, `misdirected-req\#
        uest`).\n\nClips themselves are not part of this API: `clip_url` leads to the store. `cutroom serve` answers i\#
        t itself, under\n`/clips/`, and refuses it with the reasons `bad-url-signature` and `url-expired` (403).\n","l\#
        icense":{"name":"Apache-2.0","identifier":"Apache-2.0"}},"servers":[{"url":"/","description":"The gateway that\#
         served this description"},{"url":"http://localhost:8080","description":"A gateway, or `cutroom serve`, on thi\#
        s machine"}],"security":[],"tags":[{"name":"clips"},{"name":"operation"}],"paths":{"/api/v1/audio_clips/{episo\#
        de_id}":{"parameters":[{"$ref":"#/components/parameters/EpisodeID"},{"$ref":"#/components/parameters/StartTime\#
        "},{"$ref":"#/components/parameters/Duration"},{"$ref":"#/components/parameters/Format"},{"$ref":"#/components\#
        /parameters/Accept"},{"$ref":"#/components/parameters/Prefer"},{"$ref":"#/components/parameters/CacheControl"}\#
        ,{"$ref":"#/components/parameters/RequestID"},{"$ref":"#/components/parameters/Traceparent"}],"get":{"operatio\#
        nId":"getClip","tags":["clips"],"summary":"One clip","responses":{"200":{"$ref":"#/components/responses/Clip"}\#
        ,"202":{"$ref":"#/components/responses/Accepted"},"400":{"$ref":"#/components/responses/BadRequest"},"404":{"$\#
        ref":"#/components/responses/NotFound"},"406":{"$ref":"#/components/responses/NotAcceptable"},"413":{"$ref":"#\#
        /components/responses/TooLarge"},"422":{"$ref":"#/components/responses/Unprocessable"},"431":{"$ref":"#/compon\#
        ents/responses/HeadersTooLarge"},"500":{"$ref":"#/components/responses/InternalError"},"503":{"$ref":"#/compon\#
        ents/responses/Unavailable"},"504":{"$ref":"#/components/responses/NotInTime"}}},"head":{"operationId":"headCl\#
        ip","tags":["clips"],"summary":"The same without a body","responses":{"200":{"description":"The clip is ready.\#
        "},"202":{"description":"The clip is being made."},"400":{"description":"The parameters are wrong, or the star\#
        t lies past the episode's end."},"404":{"description":"There is no such episode."},"406":{"description":"`form\#
        at=auto`, and `Accept` names none of the formats."},"422":{"description":"No clip can be made of this episode.\#
        "},"500":{"description":"A fault of Cutroom's own."},"503":{"description":"The clip can't be made at present."\#
        },"504":{"description":"The clip was not ready in time."}}}},"/api/v1/audio_clips/requests/{clip_id}":{"parame\#
        ters":[{"name":"clip_id","in":"path","required":true,"description":"The id of a clip, `{episode}/{start}-{end}\#
        .{format}` or `{episode}/chunk-{n}.{format}`, percent-encoded as a whole: the slash is `%2F`. The `Location` o\#
        f a 202 has it in this form.","schema":{"$ref":"#/components/schemas/ClipID"},"example":"507f1f77bcf86cd799439\#
        011/30000-60000.mp3"},{"$ref":"#/components/parameters/RequestID"}],"get":{"operationId":"getProgress","tags":\#
        ["clips"],"summary":"How far a clip is","description":"From what this gateway knows; it neither waits nor caus\#
        es any work.","responses":{"200":{"description":"What is known of the clip.","headers":{"X-Request-Id":{"$ref"\#
        :"#/components/headers/RequestID"},"Cache-Control":{"$ref":"#/components/headers/NoStore"}},"content":{"applic\#
        ation/json":{"schema":{"$ref":"#/components/schemas/Progress"}}}},"400":{"$ref":"#/components/responses/BadReq\#
        uest"},"404":{"$ref":"#/components/responses/NotFound"},"413":{"$ref":"#/components/responses/TooLarge"},"431"\#
        :{"$ref":"#/components/responses/HeadersTooLarge"}}},"head":{"operationId":"headProgress","tags":["clips"],"su\#
        mmary":"The same without a body","responses":{"200":{"description":"Something is known of the clip."},"400":{"\#
        description":"This is no clip id."},"404":{"description":"Nothing is known of the clip here."}}}},"/api/v1/aud\#
        io_clips/requests/{clip_id}/events":{"parameters":[{"name":"clip_id","in":"path","required":true,"description"\#
        :"As for the request itself.","schema":{"$ref":"#/components/schemas/ClipID"},"example":"507f1f77bcf86cd799439\#
        011/30000-60000.mp3"},{"name":"Last-Event-ID","in":"header","description":"Sent by browsers that connect again\#
        . After `ready` or `failed` there is no more, and the answer is 204.","schema":{"type":"string"}},{"$ref":"#/c\#
        omponents/parameters/RequestID"}],"get":{"operationId":"getEvents","tags":["clips"],"summary":"How far a clip \#
        is, each time that it changes","description":"Server-sent events, `event: status` and `id:` the status, with t\#
        he request's own JSON as `data`. The first comes at once, the last is `ready` or `failed`. Comments keep the c\#
        onnection alive. It ends after `GATEWAY_LONGEST_EVENT_STREAM` and when the gateway stops; connecting again, to\#
         any gateway, is always right.","responses":{"200":{"description":"Events until the clip is ready or has faile\#
        d.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Cache-Control":{"$ref":"#/components/\#
        headers/NoStore"}},"content":{"text/event-stream":{"schema":{"$ref":"#/components/schemas/StatusEvent"},"examp\#
        le":"retry: 2000\n\nid: cutting\nevent: status\ndata: {\"status\":\"cutting\",\"clip_id\":\"507f1f77bcf86cd799\#
        439011/30000-60000.mp3\"}\n"}}},"204":{"description":"There is nothing after the last event."},"400":{"$ref":"\#
        #/components/responses/BadRequest"},"404":{"$ref":"#/components/responses/NotFound"},"413":{"$ref":"#/componen\#
        ts/responses/TooLarge"},"431":{"$ref":"#/components/responses/HeadersTooLarge"},"503":{"$ref":"#/components/re\#
        sponses/Unavailable"}}},"head":{"operationId":"headEvents","tags":["clips"],"summary":"The same without a body\#
        ","responses":{"200":{"description":"The clip can be followed."},"204":{"description":"There is nothing after \#
        the last event."},"400":{"description":"This is no clip id."},"404":{"description":"Nothing is known of the cl\#
        ip here."}}}},"/api/v1/audio_clips/batch":{"post":{"operationId":"postBatch","tags":["clips"],"summary":"Up to\#
         50 clips at once, without waiting","parameters":[{"$ref":"#/components/parameters/RequestID"},{"$ref":"#/comp\#
        onents/parameters/Traceparent"}],"requestBody":{"required":true,"content":{"application/json":{"schema":{"type\#
        ":"object","required":["clips"],"properties":{"clips":{"type":"array","minItems":1,"maxItems":50,"items":{"$re\#
        f":"#/components/schemas/ClipOrder"}},"make":{"description":"Whether clips that are not ready are asked for.",\#
        "type":["boolean","null"],"default":false}}},"example":{"clips":[{"episode_id":"507f1f77bcf86cd799439011","sta\#
        rt_time_ms":30000,"duration_ms":30000}],"make":true}}}},"responses":{"200":{"description":"An entry per clip, \#
        in the order asked. A faulty entry is a problem and spoils no other.","headers":{"X-Request-Id":{"$ref":"#/com\#
        ponents/headers/RequestID"},"Cache-Control":{"$ref":"#/components/headers/NoStore"}},"content":{"application/j\#
        son":{"schema":{"type":"object","required":["clips"],"properties":{"clips":{"type":"array","items":{"anyOf":[{\#
        "$ref":"#/components/schemas/Clip"},{"$ref":"#/components/schemas/Pending"},{"$ref":"#/components/schemas/Prob\#
        lem"}]}}}}}}},"400":{"$ref":"#/components/responses/BadRequest"},"413":{"$ref":"#/components/responses/TooLarg\#
        e"},"415":{"$ref":"#/components/responses/NotJSON"},"431":{"$ref":"#/components/responses/HeadersTooLarge"}}}}\#
        ,"/api/generate-audio-clip":{"post":{"operationId":"postChunkClip","tags":["clips"],"summary":"The clip of a t\#
        ranscript chunk (the earlier API)","description":"The 30 seconds from the chunk's start, as MP3.","parameters"\#
        :[{"$ref":"#/components/parameters/Prefer"},{"$ref":"#/components/parameters/CacheControl"},{"$ref":"#/compone\#
        nts/parameters/RequestID"},{"$ref":"#/components/parameters/Traceparent"}],"requestBody":{"required":true,"con\#
        tent":{"application/json":{"schema":{"type":"object","required":["episode_id","chunk_index"],"properties":{"ep\#
        isode_id":{"$ref":"#/components/schemas/EpisodeID"},"chunk_index":{"type":"integer","format":"int32","minimum"\#
        :0}}},"example":{"episode_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","chunk_index":12}}}},"responses":{"200":{\#
        "description":"The clip.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Cache-Control":\#
        {"$ref":"#/components/headers/PrivateMaxAge"}},"content":{"application/json":{"schema":{"type":"object","requi\#
        red":["audio_url","duration","cached"],"properties":{"audio_url":{"type":"string","format":"uri"},"duration":{\#
        "description":"Seconds.","type":"number","exclusiveMinimum":0},"cached":{"description":"Whether no cut was mad\#
        e for this request.","type":"boolean"}}}}}},"202":{"$ref":"#/components/responses/Accepted"},"400":{"$ref":"#/\#
        components/responses/BadRequest"},"404":{"$ref":"#/components/responses/NotFound"},"413":{"$ref":"#/components\#
        /responses/TooLarge"},"415":{"$ref":"#/components/responses/NotJSON"},"422":{"$ref":"#/components/responses/Un\#
        processable"},"431":{"$ref":"#/components/responses/HeadersTooLarge"},"500":{"$ref":"#/components/responses/In\#
        ternalError"},"503":{"$ref":"#/components/responses/Unavailable"},"504":{"$ref":"#/components/responses/NotInT\#
        ime"}}}},"/api/v1/audio_clips/health":{"get":{"operationId":"getHealth","tags":["operation"],"summary":"Whethe\#
        r the gateway is well","description":"Always 200, from what the gateway already knows; nothing is probed for i\#
        t.","responses":{"200":{"description":"The gateway's health.","content":{"application/json":{"schema":{"type":\#
        "object","required":["status","timestamp","version","broker","reader","table","waiting","in_flight","ahead","f\#
        ollowing","refused","asked_again"],"properties":{"status":{"enum":["healthy","degraded"]},"timestamp":{"type":\#
        "string","format":"date-time"},"version":{"type":"string"},"broker":{"$ref":"#/components/schemas/BrokerState"\#
        },"clips_folder":{"description":"Only `cutroom serve`: `writable`, or why the folder takes no clips, as `full`\#
        ; the status is then `degraded`.","type":"string"},"reader":{"$ref":"#/components/schemas/ReaderState"},"table\#
        ":{"description":"The ready clips that this gateway knows.","type":"object","required":["clips","bytes"],"prop\#
        erties":{"clips":{"type":"integer","minimum":0},"bytes":{"type":"integer","minimum":0}}},"waiting":{"descripti\#
        on":"Requests that are held.","type":"integer","minimum":0},"in_flight":{"description":"Clips that are being m\#
        ade for requests to this gateway.","type":"integer","minimum":0},"ahead":{"description":"Clips that are being \#
        made for any gateway, as far as this one knows.","type":"integer","minimum":0},"following":{"description":"Con\#
        nections that follow a clip's status.","type":"integer","minimum":0},"refused":{"description":"Requests refuse\#
        d since the start because their clip could not have been ready in time, or because it was not known how fast c\#
        lips are made.","type":"integer","minimum":0},"asked_again":{"description":"Clips asked for once more since th\#
        e start because nothing was heard of them.","type":"integer","minimum":0}}}}}},"413":{"$ref":"#/components/res\#
        ponses/TooLarge"},"431":{"$ref":"#/components/responses/HeadersTooLarge"}}},"head":{"operationId":"headHealth"\#
        ,"tags":["operation"],"summary":"The same without a body","responses":{"200":{"description":"The gateway answe\#
        rs."}}}},"/livez":{"get":{"operationId":"getLiveness","tags":["operation"],"summary":"Whether the process answ\#
        ers","responses":{"200":{"description":"It does.","content":{"application/json":{"schema":{"type":"object","re\#
        quired":["status"],"properties":{"status":{"const":"alive"}}}}}},"413":{"$ref":"#/components/responses/TooLarg\#
        e"},"431":{"$ref":"#/components/responses/HeadersTooLarge"}}},"head":{"operationId":"headLiveness","tags":["op\#
        eration"],"summary":"The same without a body","responses":{"200":{"description":"The process answers."}}}},"/r\#
        eadyz":{"get":{"operationId":"getReadiness","tags":["operation"],"summary":"Whether requests should be sent he\#
        re","responses":{"200":{"description":"The table of ready clips is read. A broker that goes away afterwards do\#
        es not change that, since hits need none.","content":{"application/json":{"schema":{"$ref":"#/components/schem\#
        as/Readiness"}}}},"413":{"$ref":"#/components/responses/TooLarge"},"431":{"$ref":"#/components/responses/Heade\#
        rsTooLarge"},"503":{"description":"The table is still being read, or has to be read again because its reader e\#
        nded, or a topic of the gateway is missing or a right to it, or there are no credentials to sign URLs with, or\#
         the gateway is stopping.","headers":{"Retry-After":{"$ref":"#/components/headers/RetryAfter"}},"content":{"ap\#
        plication/json":{"schema":{"$ref":"#/components/schemas/Readiness"}}}}}},"head":{"operationId":"headReadiness"\#
        ,"tags":["operation"],"summary":"The same without a body","responses":{"200":{"description":"Requests should b\#
        e sent here."},"503":{"description":"Requests should be sent elsewhere."}}}},"/openapi.json":{"get":{"operatio\#
        nId":"getOpenAPI","tags":["operation"],"summary":"This description, as JSON","parameters":[{"name":"If-None-Ma\#
        tch","in":"header","description":"The `ETag` of an answer that the client has already, or several.","schema":{\#
        "type":"string"}}],"responses":{"200":{"description":"What this gateway takes and answers. It changes only wit\#
        h the gateway's version.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"ETag":{"descrip\#
        tion":"Another one for another text.","required":true,"schema":{"type":"string"}},"Cache-Control":{"descriptio\#
        n":"Any cache may keep it for five minutes.","required":true,"schema":{"type":"string","const":"public, max-ag\#
        e=300"}}},"content":{"application/json":{"schema":{"type":"object","required":["openapi","info","paths"]}}}},"\#
        304":{"description":"The client's own is still the same."},"412":{"description":"An `If-Match` names another o\#
        ne."},"413":{"$ref":"#/components/responses/TooLarge"},"431":{"$ref":"#/components/responses/HeadersTooLarge"}\#
        }},"head":{"operationId":"headOpenAPI","tags":["operation"],"summary":"The same without a body","responses":{"\#
        200":{"description":"It is there."},"304":{"description":"The client's own is still the same."}}}}},"component\#
        s":{"parameters":{"EpisodeID":{"name":"episode_id","in":"path","required":true,"description":"The episode's Ob\#
        jectId (24 hex digits), or its guid. `health`, `batch` and `requests` are reserved.","schema":{"$ref":"#/compo\#
        nents/schemas/EpisodeID"},"example":"507f1f77bcf86cd799439011"},"StartTime":{"name":"start_time_ms","in":"quer\#
        y","required":true,"description":"Milliseconds from the episode's first sample. The clip's end must not exceed\#
         2147483647.","schema":{"type":"integer","minimum":0,"maximum":2147483647},"example":30000},"Duration":{"name"\#
        :"duration_ms","in":"query","description":"Milliseconds. The default and the maximum are the operator's settin\#
        gs `DEFAULT_CLIP` and `LONGEST_CLIP`.","schema":{"type":"integer","minimum":1,"maximum":60000,"default":30000}\#
        },"Format":{"name":"format","in":"query","description":"`auto`: what `Accept` likes best of the others; `mp3` \#
        where it says nothing.","schema":{"type":"string","enum":["mp3","opus","webm","m4a","wav","auto"],"default":"m\#
        p3"}},"Accept":{"name":"Accept","in":"header","description":"Read for `format=auto` alone, where more than 102\#
        4 bytes are refused: `audio/mpeg` is `mp3`, `audio/ogg` `opus`, `audio/webm` `webm`, `audio/mp4` and `audio/x-\#
        m4a` `m4a`, `audio/wav` `wav`, with their qualities and `codecs`. Of formats that are equally welcome the firs\#
        t in this order is taken.","schema":{"type":"string"}},"Prefer":{"name":"Prefer","in":"header","description":"\#
        `wait=N` holds the connection for at most N seconds, up to the operator's `GATEWAY_LONGEST_WAIT` (60); `respon\#
        d-async` does not hold it. With either of them, a clip that is not ready in time is answered 202 and not 504 (\#
        RFC 7240). `respond-async` is answered as soon as the broker has the request, and after the operator's `GATEWA\#
        Y_ACKNOWLEDGEMENT_WAIT` (200 ms) at the latest.","schema":{"type":"string"},"example":"wait=10"},"CacheControl\#
        ":{"name":"Cache-Control","in":"header","description":"`no-cache`: do not rely on the table of ready clips. A \#
        cutter looks whether the clip is still in the bucket, and makes it again if not, while the connection is held \#
        as for a clip that is not ready. So often for one clip as `GATEWAY_RECHECK_AFTER` (10 s) says, and for all as \#
        `GATEWAY_REVALIDATIONS_PER_MINUTE` says; beyond that, and under overload, the answer is as without it. Other d\#
        irectives are ignored (RFC 9111, 5.2.1).","schema":{"type":"string"},"example":"no-cache"},"RequestID":{"name"\#
        :"X-Request-Id","in":"header","description":"Echoed in the answer, in problems and in the log lines of all ser\#
        vices, if it is 1 to 128 letters, digits and `-._~`. Any other value is replaced by one that is made here.","s\#
        chema":{"type":"string"}},"Traceparent":{"name":"traceparent","in":"header","description":"W3C Trace Context; \#
        carried through the events into every log line.","schema":{"type":"string"}}},"headers":{"RequestID":{"descrip\#
        tion":"The request's own id, or one made here.","schema":{"type":"string"}},"NoStore":{"description":"Not for \#
        caches.","schema":{"const":"no-store"}},"PrivateMaxAge":{"description":"Half of what the URL has left to live.\#
        ","schema":{"type":"string","pattern":"^private, max-age=\\d+$"}},"RetryAfter":{"description":"Seconds after w\#
        hich asking again makes sense.","schema":{"type":"integer","minimum":1}},"ServerTiming":{"description":"What b\#
        ecame of the request, and how long it was held, in milliseconds: `hit`, `made`, `coalesced` (made for another \#
        request), `pending`, `failed`, `refused` or `late`.","schema":{"type":"string","pattern":"^(hit|made|coalesced\#
        |pending|failed|refused|late);dur=\\d+\\.\\d{3}$"}},"VaryAccept":{"description":"`Accept`, where the format wa\#
        s chosen by it (`format=auto`).","schema":{"type":"string"}},"Location":{"description":"Where to ask how far t\#
        he clip is.","schema":{"type":"string","format":"uri-reference"}}},"responses":{"Clip":{"description":"The cli\#
        p is ready.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Cache-Control":{"$ref":"#/co\#
        mponents/headers/PrivateMaxAge"},"Server-Timing":{"$ref":"#/components/headers/ServerTiming"},"Vary":{"$ref":"\#
        #/components/headers/VaryAccept"}},"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Clip"\#
        }}}},"Accepted":{"description":"The clip is being made; sent only to clients that sent a `Prefer` of `wait` or\#
         `respond-async`.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Location":{"$ref":"#/c\#
        omponents/headers/Location"},"Retry-After":{"$ref":"#/components/headers/RetryAfter"},"Cache-Control":{"$ref":\#
        "#/components/headers/NoStore"},"Server-Timing":{"$ref":"#/components/headers/ServerTiming"}},"content":{"appl\#
        ication/json":{"schema":{"type":"object","required":["status","clip_id"],"properties":{"status":{"enum":["queu\#
        ed","resolving","cutting","failed"]},"clip_id":{"$ref":"#/components/schemas/ClipID"}}}}},"links":{"progress":\#
        {"operationId":"getProgress","parameters":{"clip_id":"$response.body#/clip_id"},"description":"How far the cli\#
        p is."},"events":{"operationId":"getEvents","parameters":{"clip_id":"$response.body#/clip_id"},"description":"\#
        The same, each time that it changes."}}},"BadRequest":{"description":"`bad-parameters`, `malformed-request` or\#
         `start-past-end`. A parameter that is nearly one of these, such as `duration`, is refused by name; all others\#
         are ignored.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"application/pr\#
        oblem+json":{"schema":{"$ref":"#/components/schemas/Problem"},"examples":{"parameters":{"value":{"type":"urn:c\#
        utroom:problem:bad-parameters","title":"The parameters are not valid","status":400,"detail":"start_time_ms mus\#
        t be 0 or more; it is -1","instance":"18c9j062pedyk-3","reason":"bad-parameters","errors":[{"name":"start_time\#
        _ms","detail":"must be 0 or more; it is -1"}]}},"past the end":{"value":{"type":"urn:cutroom:problem:start-pas\#
        t-end","title":"The start lies past the episode's end","status":400,"detail":"the clip would start at 900000 m\#
        s; the episode is 600000 ms long","instance":"18c9j062pedyk-4","reason":"start-past-end","episode_duration_ms"\#
        :600000}}}}}},"NotFound":{"description":"`no-such-episode`, `no-such-chunk`, or `not-found` for what is not kn\#
        own at all.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"application/prob\#
        lem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}},"NotAcceptable":{"description":"`not-acceptable\#
        `: `format=auto`, and `Accept` names none of the formats; `available` lists them.","headers":{"X-Request-Id":{\#
        "$ref":"#/components/headers/RequestID"},"Vary":{"$ref":"#/components/headers/VaryAccept"}},"content":{"applic\#
        ation/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}},"NotJSON":{"description":"`unsupporte\#
        d-media-type`: the body is not said to be JSON by `Content-Type`.","headers":{"X-Request-Id":{"$ref":"#/compon\#
        ents/headers/RequestID"}},"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Proble\#
        m"}}}},"TooLarge":{"description":"`body-too-large`: a body of more than `GATEWAY_MAX_BODY_BYTES` (64 KiB).","h\#
        eaders":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"application/problem+json":{"sch\#
        ema":{"$ref":"#/components/schemas/Problem"}}}},"HeadersTooLarge":{"description":"`malformed-request`: request\#
         line and headers of more than `GATEWAY_MAX_HEADER_BYTES` (16 KiB).","headers":{"X-Request-Id":{"$ref":"#/comp\#
        onents/headers/RequestID"}},"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Prob\#
        lem"}}}},"Unprocessable":{"description":"`no-transcript`, `no-audio`, `bad-episode-data` or `unplayable-source\#
        `.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"application/problem+json"\#
        :{"schema":{"$ref":"#/components/schemas/Problem"}}}},"InternalError":{"description":"`internal-error`: a faul\#
        t of Cutroom's own.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"}},"content":{"applicat\#
        ion/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}},"Unavailable":{"description":"`catalog-\#
        unavailable`, `store-unavailable`, `broker-unavailable`, `source-changed`, `cut-failed`, `overloaded` or `stop\#
        ping`.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Retry-After":{"$ref":"#/component\#
        s/headers/RetryAfter"}},"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"\#
        }}}},"NotInTime":{"description":"`not-ready-in-time`: the clip is still being made. `expired`: the work was gi\#
        ven up at its deadline.","headers":{"X-Request-Id":{"$ref":"#/components/headers/RequestID"},"Retry-After":{"$\#
        ref":"#/components/headers/RetryAfter"}},"content":{"application/problem+json":{"schema":{"$ref":"#/components\#
        /schemas/Problem"}}}}},"schemas":{"EpisodeID":{"description":"24 hex digits, or a guid of 1 to 512 bytes of UT\#
        F-8 without control characters. (`maxLength` counts characters; a guid of fewer characters may have too many b\#
        ytes.)","type":"string","minLength":1,"maxLength":512,"pattern":"^[^\\u0000-\\u001F\\u007F-\\u009F\\u2028\\u20\#
        29]+$","not":{"enum":["health","batch","requests"]}},"Format":{"type":"string","enum":["mp3","opus","webm","m4\#
        a","wav"],"default":"mp3"},"ClipID":{"description":"`{episode}/{start}-{end}.{format}` in milliseconds, or `{e\#
        pisode}/chunk-{n}.{format}`.","type":"string","pattern":"^[^\\u0000-\\u001F\\u007F-\\u009F\\u2028\\u2029]+/((0\#
        |[1-9]\\d*)-[1-9]\\d*|chunk-(0|[1-9]\\d*))\\.(mp3|opus|webm|m4a|wav)$"},"ClipOrder":{"type":"object","required\#
        ":["episode_id","start_time_ms"],"properties":{"episode_id":{"$ref":"#/components/schemas/EpisodeID"},"start_t\#
        ime_ms":{"type":"integer","minimum":0,"maximum":2147483647},"duration_ms":{"type":["integer","null"],"minimum"\#
        :1,"maximum":60000,"default":30000},"format":{"oneOf":[{"$ref":"#/components/schemas/Format"},{"type":"null"}]\#
        }}},"Clip":{"type":"object","required":["clip_url","expires_at","cache_hit","episode_id","start_time_ms","dura\#
        tion_ms","generation_time_ms","format","exact"],"properties":{"clip_url":{"description":"Signed; plays for who\#
        ever has it until `expires_at`.","type":"string","format":"uri"},"expires_at":{"description":"At least 24 hour\#
        s away, unless the credentials that signed it end earlier.","type":"string","format":"date-time"},"cache_hit":\#
        {"description":"Whether no cut was made for this request; in progress and events, for the work that made the c\#
        lip ready, as far as this gateway heard of it lately.","type":"boolean"},"episode_id":{"description":"The epis\#
        ode's ObjectId, also where it was asked for by guid.","type":"string","pattern":"^[0-9a-f]{24}$"},"start_time_\#
        ms":{"type":"integer","minimum":0},"duration_ms":{"description":"What is in the clip; less than asked where th\#
        e episode ends earlier.","type":"integer","minimum":1},"generation_time_ms":{"description":"What this request \#
        waited; in progress and events, how long the work took since this gateway first heard of it. 0 for a clip that\#
         was ready.","type":"integer","minimum":0},"format":{"$ref":"#/components/schemas/Format"},"exact":{"descripti\#
        on":"`sample`: lossless, exact to the sample. `reencoded`: encoded again, exact to the sample, or to what docs\#
        /exact-cut.md states for the kind of source.","enum":["sample","reencoded"]}}},"Pending":{"type":"object","req\#
        uired":["status","clip_id","location"],"properties":{"status":{"const":"pending"},"clip_id":{"$ref":"#/compone\#
        nts/schemas/ClipID"},"location":{"description":"Where to ask how far the clip is.","type":"string","format":"u\#
        ri-reference"}}},"StatusEvent":{"description":"One event of the stream.","type":"object","required":["id","eve\#
        nt","data"],"properties":{"id":{"description":"The status; sent back as `Last-Event-ID`.","enum":["queued","re\#
        solving","cutting","ready","failed"]},"event":{"const":"status"},"data":{"type":"string","contentMediaType":"a\#
        pplication/json","contentSchema":{"$ref":"#/components/schemas/Progress"}}}},"Progress":{"type":"object","requ\#
        ired":["status","clip_id"],"properties":{"status":{"enum":["queued","resolving","cutting","ready","failed"]},"\#
        clip_id":{"$ref":"#/components/schemas/ClipID"},"clip":{"description":"With `ready`.","anyOf":[{"$ref":"#/comp\#
        onents/schemas/Clip"},{"$ref":"#/components/schemas/Problem"}]},"problem":{"description":"With `failed`.","$re\#
        f":"#/components/schemas/Problem"}}},"Problem":{"description":"RFC 9457.","type":"object","required":["type","\#
        title","status","detail","instance","reason"],"properties":{"type":{"type":"string","pattern":"^urn:cutroom:pr\#
        oblem:[a-z-]+$"},"title":{"description":"The same for every problem with this reason.","type":"string"},"statu\#
        s":{"type":"integer","minimum":400,"maximum":599},"detail":{"description":"A sentence for people.","type":"str\#
        ing"},"instance":{"description":"The request's id.","type":"string"},"reason":{"$ref":"#/components/schemas/Re\#
        ason"},"errors":{"description":"With `bad-parameters`, every parameter that was wrong.","type":"array","items"\#
        :{"type":"object","required":["name","detail"],"properties":{"name":{"type":"string"},"detail":{"type":"string\#
        "}}}},"available":{"description":"With `not-acceptable`, the formats that there are.","type":"array","items":{\#
        "type":"object","required":["format","media_type"],"properties":{"format":{"$ref":"#/components/schemas/Format\#
        "},"media_type":{"type":"string"}}}},"episode_duration_ms":{"description":"With `start-past-end`.","type":"int\#
        eger","minimum":0}}},"Reason":{"enum":["bad-parameters","malformed-request","unauthorized","bad-url-signature"\#
        ,"url-expired","cross-site","not-found","method-not-allowed","not-acceptable","body-too-large","unsupported-me\#
        dia-type","misdirected-request","start-past-end","no-such-episode","no-such-chunk","no-transcript","no-audio",\#
        "bad-episode-data","unplayable-source","catalog-unavailable","store-unavailable","broker-unavailable","source-\#
        changed","cut-failed","overloaded","stopping","expired","not-ready-in-time","internal-error"]},"BrokerState":{\#
        "enum":["connected","unreachable"]},"ReaderState":{"description":"Whether the topics are read into the table. \#
        `lost` and why: the reader has ended and is being made anew; what is ready since is not in the table yet.","ty\#
        pe":"string","pattern":"^(running|lost: [a-z-]+)$"},"Readiness":{"type":"object","required":["status","broker"\#
        ,"topics","table","reader"],"properties":{"status":{"enum":["ready","not ready","stopping"]},"broker":{"$ref":\#
        "#/components/schemas/BrokerState"},"topics":{"description":"`present`, or `missing: ` and what the brokers sa\#
        y: the topic that is missing, the right that is denied, or\nboth, with several between semicolons.\n","type":"\#
        string","pattern":"^(present|missing: .+)$"},"table":{"enum":["loaded","loading"]},"reader":{"$ref":"#/compone\#
        nts/schemas/ReaderState"},"signing":{"description":"Only while no clip URL can be signed; why there are no cre\#
        dentials.","type":"string","pattern":"^missing: .+$"}}}}}}
        """#
}
