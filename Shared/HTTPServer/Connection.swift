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

    var peer: PeerAddress { PeerAddress(cmhd_peer(raw)) }

    /// Bytes of request line and header fields as they came.
    var headSize: Int { cmhd_head_size(raw) }

    var fields: HeaderFields {
        // Each field takes two sizes more here, and at least a colon and a line end less.
        let capacity = headSize + 8 * Int(cmhd_header_count(raw)) + 64
        return HeaderFields(
            packed: [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
                count = cmhd_copy_headers(raw, buffer.baseAddress, buffer.count)
            })
    }

    /// The first such field's value.
    func header(_ name: StaticString) -> String? {
        name.withUTF8Buffer { _ in
            cmhd_header(raw, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)).map {
                String(cString: $0)
            }
        }
    }
}
