import CCurl

/// One `CURL`, used for one transfer after another. Only the loop's thread may touch it.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private(set) var transfer: Transfer?
    /// The answer's head while its lines arrive.
    var incoming = IncomingHead()
    var sentBytes = 0
    var gotBytes: UInt64 = 0
    /// libcurl's own watch for slow transfers averages over six seconds, so a stall is timed here.
    private var lastProgress = ContinuousClock.now
    private var isPaused = false
    private var headerList: UnsafeMutablePointer<curl_slist>?

    init() {
        guard let raw = curl_easy_init() else { fatalError("out of memory") }
        self.raw = raw
    }

    deinit {
        curl_easy_cleanup(raw)
        curl_slist_free_all(headerList)
    }

    func prepare(for transfer: Transfer, settings: HTTPClientSettings) {
        self.transfer = transfer
        incoming = IncomingHead()
        sentBytes = 0
        gotBytes = 0
        isPaused = false
        noteProgress()
        let request = transfer.request
        set(request.url, CURLOPT_URL)
        setPolicy(settings)
        setTimeouts(transfer.timeouts)
        setCallbacks()
        setMethod(request)
        setHeaders(request)
    }

    /// Forgets the transfer; the connection stays with the `MultiHandle`.
    func clear() {
        curl_easy_reset(raw)
        curl_slist_free_all(headerList)
        headerList = nil
        transfer = nil
    }

    func noteProgress() { lastProgress = .now }

    func pause() { isPaused = true }

    func resume() {
        noteProgress()
        isPaused = false
        curl_easy_pause(raw, CURLPAUSE_CONT)
    }

    /// When the transfer counts as stalled unless something moves before; nil while its reader holds it back.
    var stallsAt: ContinuousClock.Instant? {
        guard let transfer, !isPaused else { return nil }
        return lastProgress + transfer.timeouts.stall
    }
}

extension EasyHandle {
    private func setPolicy(_ settings: HTTPClientSettings) {
        set("http,https", CURLOPT_PROTOCOLS_STR)
        set("", CURLOPT_PROXY)
        set(settings.userAgent, CURLOPT_USERAGENT)
        if let caFile = settings.caFile { set(caFile, CURLOPT_CAINFO) }
        set(1, CURLOPT_NOSIGNAL)
        set(1, CURLOPT_PATH_AS_IS)
        set(1, CURLOPT_DISALLOW_USERNAME_IN_URL)
        set(0, CURLOPT_FOLLOWLOCATION)
        set(1, CURLOPT_TCP_NODELAY)
        set(1, CURLOPT_TCP_KEEPALIVE)
        set(CURL_HTTP_VERSION_1_1, CURLOPT_HTTP_VERSION)
        set(65_536, CURLOPT_BUFFERSIZE)
    }

    private func setTimeouts(_ timeouts: HTTPTimeouts) {
        set(max(1, timeouts.connect.roundedUpMs), CURLOPT_CONNECTTIMEOUT_MS)
        if let deadline = transfer?.deadline {
            set(max(1, (deadline - .now).roundedUpMs), CURLOPT_TIMEOUT_MS)
        }
    }

    private func setMethod(_ request: HTTPClientRequest) {
        switch request.method {
        case .get: set(1, CURLOPT_HTTPGET)
        case .head: set(1, CURLOPT_NOBODY)
        case .delete: set("DELETE", CURLOPT_CUSTOMREQUEST)
        case .put, .post:
            set(1, CURLOPT_UPLOAD)
            set("\(request.method.rawValue)", CURLOPT_CUSTOMREQUEST)
            ccurl_set_offset(raw, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.count))
        }
    }

    private func setHeaders(_ request: HTTPClientRequest) {
        for (name, value) in request.headers {
            // "name:" alone would mean "leave it out" to libcurl; with ";" it is sent empty.
            append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // Without this a large body waits a second for a "100 Continue" that many servers never send.
        if request.method.hasBody { append("Expect:") }
        ccurl_set_list(raw, CURLOPT_HTTPHEADER, headerList)
    }

    private func append(_ line: String) {
        guard let longer = curl_slist_append(headerList, line) else { fatalError("out of memory") }
        headerList = longer
    }

    private func set(_ value: Int, _ option: CURLoption) { ccurl_set_long(raw, option, value) }

    private func set(_ value: String, _ option: CURLoption) { ccurl_set_text(raw, option, value) }
}

extension Duration {
    var roundedUpMs: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
