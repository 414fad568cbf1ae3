import CZlib

/// zlib's stream format (RFC 1950) and gzip's (RFC 1952), whole buffers at a time.
public enum Deflate {
    /// - Returns: `nil` only when zlib has no memory.
    public static func pack(_ bytes: [UInt8]) -> [UInt8]? {
        var length = compressBound(uLong(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(length))
        guard compress2(&packed, &length, bytes, uLong(bytes.count), Z_DEFAULT_COMPRESSION) == Z_OK else { return nil }
        packed.removeLast(packed.count - Int(length))
        return packed
    }

    /// As a gzip member, as small as zlib makes it, with no name and no time in it: the same bytes give the same member.
    ///
    /// - Returns: `nil` only when zlib has no memory.
    public static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard cutroom_begin_gzip(&stream) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var packed = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))))
        var bytes = bytes
        let status = bytes.withUnsafeMutableBufferPointer { input in
            packed.withUnsafeMutableBufferPointer { output in
                (stream.next_in, stream.avail_in) = (input.baseAddress, uInt(input.count))
                (stream.next_out, stream.avail_out) = (output.baseAddress, uInt(output.count))
                return deflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { return nil }
        packed.removeLast(packed.count - Int(stream.total_out))
        return packed
    }

    /// - Parameter size: exactly what has to come out; memory for as much is taken.
    /// - Returns: `nil` when `bytes` are no whole stream of that size.
    public static func unpack(_ bytes: [UInt8], size: Int) -> [UInt8]? {
        guard size >= 0 else { return nil }
        var unpacked = [UInt8](repeating: 0, count: max(size, 1))
        var length = uLong(size)
        guard uncompress(&unpacked, &length, bytes, uLong(bytes.count)) == Z_OK, length == size else { return nil }
        unpacked.removeLast(unpacked.count - size)
        return unpacked
    }

    /// CRC-32 as zlib, PNG and Ethernet have it.
    public static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
        let whole = Array(bytes)
        return UInt32(truncatingIfNeeded: crc32(0, whole, uInt(truncatingIfNeeded: whole.count)))
    }
}
