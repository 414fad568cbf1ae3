import CCurl
import Glibc

/// What libcurl calls while it works on a transfer: always on the loop's thread, always for the handle that set it.
extension EasyHandle {
    func setCallbacks() {
        // Unretained: the loop holds the handle for as long as libcurl may call.
        let owner = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA] {
            ccurl_set_pointer(raw, option, owner)
        }
        ccurl_set_data_callback(raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, owner in
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return EasyHandle.of(owner).tookHeader(line) ? size * count : 0
        }
        ccurl_set_data_callback(raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, owner in
            EasyHandle.of(owner).took(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_data_callback(raw, CURLOPT_READFUNCTION) { bytes, size, count, owner in
            EasyHandle.of(owner).fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_seek_callback(raw) { owner, offset, origin in
            EasyHandle.of(owner).seek(to: Int(offset), from: origin)
        }
    }

    private static func of(_ owner: UnsafeMutableRawPointer?) -> EasyHandle {
        // The pointer is the one that `setCallbacks` gave.
        Unmanaged<EasyHandle>.fromOpaque(owner!).takeUnretainedValue()
    }

    private func tookHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let transfer else { return false }
        noteProgress()
        switch incoming.took(line, limitBytes: transfer.maxHeaderBytes) {
        case .more: return true
        case .complete(let head): return transfer.took(head) != .stop
        case .malformed(let reason):
            transfer.end(.failure(.malformedAnswer(reason: reason)))
            return false
        }
    }

    private func took(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let transfer else { return 0 }
        noteProgress()
        switch transfer.took(bytes) {
        case .kept:
            gotBytes += UInt64(bytes.count)
            return bytes.count
        case .pause:
            pause()
            return Int(CURL_WRITEFUNC_PAUSE)
        case .stop: return bytes.count == 0 ? 1 : 0
        }
    }

    private func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
        guard let body = transfer?.request.body else { return 0 }
        noteProgress()
        let count = min(room.count, body.count - sentBytes)
        room.copyBytes(from: body[sentBytes..<sentBytes + count])
        sentBytes += count
        return count
    }

    /// A connection that had died is replaced, and the body sent again from its start.
    private func seek(to offset: Int, from origin: Int32) -> Int32 {
        guard let body = transfer?.request.body, origin == SEEK_SET, (0...body.count).contains(offset) else {
            return CURL_SEEKFUNC_FAIL
        }
        sentBytes = offset
        return CURL_SEEKFUNC_OK
    }
}
