import Settings

extension GetClip {
    struct Waits: Sendable {
        /// How long a connection is held if the client says nothing.
        var standard = Duration.seconds(30)
        /// The longest that a client may ask for.
        var longest = Duration.seconds(60)
        /// How long the broker's acknowledgement is awaited for a client that does not want to wait for the clip.
        var acknowledgement = Duration.milliseconds(200)
    }
}

extension GetClip.Waits {
    init(from read: inout SettingsReader) {
        standard = read.duration(
            "GATEWAY_WAIT", default: standard, in: .milliseconds(1)...(.seconds(600)),
            "how long a connection is held if the client says nothing")
        longest = read.duration(
            "GATEWAY_LONGEST_WAIT", default: longest, in: .milliseconds(1)...(.seconds(600)),
            "the longest that Prefer: wait may ask for")
        acknowledgement = read.duration(
            "GATEWAY_ACKNOWLEDGEMENT_WAIT", default: acknowledgement, in: .zero...(.seconds(60)),
            "how long Prefer: respond-async waits for the broker's word before it is answered all the same")
        if standard > longest { read.mistake("GATEWAY_WAIT: must not exceed GATEWAY_LONGEST_WAIT") }
    }
}
