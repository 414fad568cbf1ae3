import CCurl

/// One `CURLM`: the set of transfers of a loop, and the connections they share.
///
/// `@unchecked Sendable`: `raw` never changes; only the loop's thread calls anything but `wake`, which libcurl allows from
/// any thread (curl_multi_wakeup(3)), and the clean-up comes after everyone has let go.
final class MultiHandle: @unchecked Sendable {
    let raw: UnsafeMutableRawPointer

    init() {
        precondition(libcurlIsReady, "libcurl cannot start")
        guard let raw = curl_multi_init() else { fatalError("out of memory") }
        self.raw = raw
    }

    deinit { curl_multi_cleanup(raw) }

    func wake() { curl_multi_wakeup(raw) }

    func keepAtMost(connections: Int) { ccurl_multi_set_long(raw, CURLMOPT_MAXCONNECTS, connections) }

    func perform() {
        var running: Int32 = 0
        curl_multi_perform(raw, &running)
    }

    /// Blocks until something can be done, somebody calls `wake`, or the time is up.
    func wait(atMostMs limit: Int32) { curl_multi_poll(raw, nil, 0, limit, nil) }

    /// The next transfer that has ended, and how; it must still be removed.
    func nextFinished() -> (easy: UnsafeMutableRawPointer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(raw, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            return (easy, message.pointee.data.result)
        }
        return nil
    }
}

private let libcurlIsReady = ccurl_global_init() == CURLE_OK
