extension Substring {
    /// Without the spaces and tabs around it (`OWS` of RFC 9110, 5.6.3).
    public var trimmingOWS: Substring {
        var rest = utf8
        while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        return Substring(rest)
    }
}
