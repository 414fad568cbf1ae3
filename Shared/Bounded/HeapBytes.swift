/// What a string holds on the heap, in bytes: nothing up to 15 bytes of UTF-8, which lie in the string itself; beyond
/// that a header of 32 bytes and the text with a zero behind it, rounded up as glibc's `malloc` does.
///
/// A string that grew, as interpolated ones do, may hold twice that. What is to be kept long is best copied to its size
/// first: `String(decoding: text.utf8, as: UTF8.self)`.
public func heapBytes(of text: String) -> Int {
    let count = text.utf8.count
    guard count > 15 else { return 0 }
    let header = 32
    let ofMalloc = 8
    return (header + count + 1 + ofMalloc + 15) & ~15
}
