/// What a route asks of its client before its handler is called.
struct Access: Sendable {
    /// A key is looked at, and needed where everything needs one. What may begin work asks the request's ``Permit``
    /// besides, each time that it does.
    let takesKeys: Bool
    /// It counts as one request.
    let counts: Bool
    /// Asked every few seconds by machines, and tells nothing: no trace of it is recorded.
    var isProbe = false

    /// Anyone, as often as they like.
    static let open = Access(takesKeys: false, counts: false)
    static let probe = Access(takesKeys: false, counts: false, isProbe: true)
    static let guarded = Access(takesKeys: true, counts: true)
    /// Paths that carry their own permission, such as signed URLs of clips.
    static let unkeyed = Access(takesKeys: false, counts: true)
}
