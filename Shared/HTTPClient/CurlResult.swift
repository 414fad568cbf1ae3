import CCurl
import Glibc

extension EasyHandle {
    /// What libcurl's code means for the transfer; everything libcurl can't tell is worked out from how far it got.
    func result(of code: CURLcode) -> Result<Void, HTTPClientFault> {
        code == CURLE_OK ? .success(()) : .failure(fault(of: code))
    }

    private func fault(of code: CURLcode) -> HTTPClientFault {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED: .malformedURL
        case CURLE_COULDNT_RESOLVE_HOST: .unresolved
        case CURLE_COULDNT_CONNECT: .unreachable(reason: words(for: code))
        case CURLE_OPERATION_TIMEDOUT: .timedOut(phase)
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_SEND_FAIL_REWIND:
            brokenOff
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED:
            .tls(reason: words(for: code))
        // Ours, and then the transfer knows why already; or HTTP/0.9, a bad chunk, an overlong header.
        default: .malformedAnswer(reason: words(for: code))
        }
    }

    /// How far it got.
    var phase: HTTPClientFault.Phase {
        if incoming.isComplete { return .body }
        return ccurl_info_offset(raw, CURLINFO_PRETRANSFER_TIME_T) > 0 ? .answer : .connect
    }

    private var brokenOff: HTTPClientFault {
        incoming.isComplete ? .truncated(gotBytes: gotBytes, expectedBytes: incoming.contentLength) : .reset
    }

    /// libcurl's sentence for the code, which holds nothing of the request, and the system's word where there is one.
    private func words(for code: CURLcode) -> String {
        let sentence = String(cString: curl_easy_strerror(code))
        let errno = Int32(ccurl_info_long(raw, CURLINFO_OS_ERRNO))
        return errno == 0 ? sentence : "\(sentence): \(String(cString: strerror(errno)))"
    }
}
