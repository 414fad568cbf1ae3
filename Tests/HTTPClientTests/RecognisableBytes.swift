/// Two megabytes: a prime number of bytes again and again, so that a piece left out or doubled shows.
let recognisableBytes: [UInt8] = {
    var bytes: [UInt8] = Array(0..<251)
    for _ in 0..<13 { bytes += bytes }
    return bytes
}()
