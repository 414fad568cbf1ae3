import CMicrohttpd

/// One libmicrohttpd connection, good until the request that it was given with is completed.
///
/// `@unchecked Sendable`: the pointer never changes, and libmicrohttpd takes `resume` from any thread. Everything else
/// is called on the connection's own thread only, from one of libmicrohttpd's callbacks.
struct Connection: @unchecked Sendable {
    let raw: OpaquePointer

    /// Stops reading and writing until `resume`. libmicrohttpd notices no hang-up meanwhile, and keeps no time.
    func suspend() { MHD_suspend_connection(raw) }

    /// - Precondition: suspended. From then on the connection may be gone at any moment.
    func resume() { MHD_resume_connection(raw) }

    var socket: Int32 { cmhd_socket(raw) }

    var peer: IPAddress? { IPAddress(cmhd_peer(raw)) }

    /// Bytes of request line and header fields as they came; 0 as long as they are not there whole.
    var headSize: Int { cmhd_head_size(raw) }

    func fields(_ framing: Framing) -> HeaderFields {
        HeaderFields(
            packed: [UInt8](unsafeUninitializedCapacity: framing.packedBytes) { buffer, used in
                used = cmhd_copy_headers(raw, buffer.baseAddress, buffer.count)
            })
    }

    var framing: Framing { Framing(cmhd_framing(raw)) }
}

/// Where a request ends, as its header fields say.
struct Framing {
    /// What a copy of all fields takes, with two sizes for each.
    let packedBytes: Int
    let hosts: Int
    let hasLength: Bool
    let isChunked: Bool
    /// A second Host, Content-Length or Transfer-Encoding, or the last two together: a proxy before us may have read
    /// another request out of it (RFC 9112, 3.2, 6.1 and 6.3). libmicrohttpd goes by the first length it finds.
    let isAmbiguous: Bool
    /// Bytes announced; nil if none are, or in chunks.
    let bodyLength: UInt64?
    /// The client waits for "100 Continue" before it sends the body.
    let expectsContinue: Bool
    /// Which of the fields are there that answers depend on.
    let known: KnownFields

    /// The request ends with its head, beyond doubt.
    var isHeadOnly: Bool { !hasLength && !isChunked && !isAmbiguous && !expectsContinue }

    static let ambiguity = "It is not clear where the request ends: a header field contradicts another."

    init(_ raw: cmhd_framing) {
        packedBytes = raw.bytes + 8 * Int(raw.fields)
        hosts = Int(raw.hosts)
        hasLength = raw.lengths > 0
        isChunked = raw.encodings > 0
        isAmbiguous = raw.hosts > 1 || raw.lengths + raw.encodings > 1
        bodyLength = raw.length.flatMap { UInt64(String(cString: $0)) }
        expectsContinue = raw.expects != 0
        known = KnownFields(rawValue: raw.known)
    }
}
