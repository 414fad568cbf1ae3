import Text

/// An answer's status and header fields.
public struct HTTPResponseHead: Equatable, Sendable {
    public let status: Int
    public let headers: HTTPHeaders

    public init(status: Int, headers: HTTPHeaders) {
        self.status = status
        self.headers = headers
    }
}

/// Header fields in the order of their arrival.
public struct HTTPHeaders: Equatable, Sendable {
    public struct Field: Equatable, Sendable {
        /// In lower case.
        public let name: String
        /// Without white space around it.
        public let value: String

        public init(name: String, value: String) {
            self.name = name.lowercased()
            self.value = value
        }
    }

    public private(set) var fields: [Field]

    public init(_ fields: [Field] = []) { self.fields = fields }

    /// The first field of that name, which is given in lower case.
    public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    /// What `Retry-After` asks for, a number of seconds or a date (RFC 9110, 10.2.3); nil if it is not there, or neither of them. Of
    /// seconds at most a day.
    ///
    /// - Parameter now: for a date.
    public func retryAfter(now: WallTime) -> Duration? {
        guard let text = self["retry-after"] else { return nil }
        if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        return WallTime(httpDate: text).map { .milliseconds(max(0, $0.milliseconds - now.milliseconds)) }
    }

    mutating func append(_ field: Field) { fields.append(field) }
}

/// A whole answer.
public struct HTTPClientResponse: Equatable, Sendable {
    public let head: HTTPResponseHead
    public let body: [UInt8]

    public var status: Int { head.status }
    public var headers: HTTPHeaders { head.headers }
}

/// An answer whose body is still coming.
public struct StreamingResponse: Sendable {
    public let head: HTTPResponseHead
    public let body: ResponseBody
}

/// The body of an answer, for one reader. It ends only after every byte came; anything else throws.
public struct ResponseBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = HTTPClientFault

    let reader: BodyReader

    /// The next bytes, not empty; nil after the last.
    public func next() async throws(HTTPClientFault) -> [UInt8]? { try await reader.transfer.nextBytes() }

    public func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let body: ResponseBody

        public mutating func next() async throws(HTTPClientFault) -> [UInt8]? { try await body.next() }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HTTPClientFault) -> [UInt8]? { try await body.next() }
    }
}

/// Ends the transfer when the last reader releases its body.
final class BodyReader: Sendable {
    let transfer: Transfer

    init(_ transfer: Transfer) { self.transfer = transfer }

    deinit { transfer.abandon() }
}
