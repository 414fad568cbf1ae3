import CMongoc

/// One `mongoc_uri_t`, destroyed at the end.
struct MongoURI: ~Copyable {
    struct Unusable: Error {
        let reason: String
    }

    let raw: OpaquePointer

    init(_ text: String) throws(Unusable) {
        MongoLibrary.start()
        var error = bson_error_t()
        guard let raw = mongoc_uri_new_with_error(text, &error) else {
            throw Unusable(reason: String(cString: cmongoc_message(&error)))
        }
        self.raw = raw
    }

    deinit { mongoc_uri_destroy(raw) }

    /// The value of an option that holds text; nil where the address doesn't say it.
    borrowing func text(_ option: String) -> String? {
        mongoc_uri_get_option_as_utf8(raw, option, nil).map { String(cString: $0) }
    }

    /// Sets an option that holds milliseconds, unless the address says it.
    borrowing func settle(_ option: String, milliseconds: Int32) {
        if mongoc_uri_get_option_as_int32(raw, option, -1) == -1 {
            mongoc_uri_set_option_as_int32(raw, option, milliseconds)
        }
    }

    /// Sets the name that the server's log shows, unless the address says one.
    borrowing func settle(applicationName: String) {
        if mongoc_uri_get_appname(raw) == nil { mongoc_uri_set_appname(raw, applicationName) }
    }
}
