import Text

/// An `ExportTraceServiceRequest` in OTLP's JSON.
///
/// Source: [OTLP 1.x, "JSON Protobuf Encoding"](https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids in hex, 64-bit
/// numbers as texts, enums as numbers, names in lowerCamelCase; fields after opentelemetry-proto, trace.proto.
enum ExportRequest {
    /// - Parameter resource: what made the spans.
    static func json(_ spans: [SpanData], resource: SpanAttributes, version: String) -> [UInt8] {
        var json = JSONWriter(reserving: 1024 * spans.count)
        // In the order in which the parts of the process come first.
        var scopes: [String] = []
        for span in spans where !scopes.contains(span.scope) { scopes.append(span.scope) }
        json.object { json in
            json.array("resourceSpans") { json in
                json.object { json in
                    json.object("resource") { attributes("attributes", resource, into: &$0) }
                    json.array("scopeSpans") { json in
                        for scope in scopes {
                            json.object { json in
                                json.object("scope") {
                                    $0.field("name", "cutroom/" + scope)
                                    $0.field("version", version)
                                }
                                json.array("spans") { json in
                                    for span in spans where span.scope == scope { write(span, into: &json) }
                                }
                            }
                        }
                    }
                }
            }
        }
        return json.bytes
    }

    /// Bits 8 and 9 of `flags`: whether a context says if it came from outside, and whether it did (`SpanFlags`).
    private static let knowsOrigin: UInt32 = 0x100
    private static let isRemote: UInt32 = 0x200

    private static func write(_ span: SpanData, into json: inout JSONWriter) {
        json.object { json in
            json.field("traceId", span.context.traceID.description)
            json.field("spanId", span.context.spanID.description)
            if let state = span.context.state { json.field("traceState", state.text) }
            if let parent = span.parent { json.field("parentSpanId", parent.description) }
            json.field(
                "flags",
                UInt32(span.context.flags.rawValue) | knowsOrigin
                    | (span.parent != nil && span.parentIsRemote ? isRemote : 0))
            json.field("name", span.name)
            json.field("kind", span.kind.rawValue)
            json.field("startTimeUnixNano", String(span.startUnixNanoseconds))
            json.field("endTimeUnixNano", String(span.endUnixNanoseconds))
            attributes("attributes", span.attributes, into: &json)
            if span.droppedAttributes > 0 { json.field("droppedAttributesCount", span.droppedAttributes) }
            if !span.events.isEmpty {
                json.array("events") { json in for event in span.events { write(event, into: &json) } }
            }
            if span.droppedEvents > 0 { json.field("droppedEventsCount", span.droppedEvents) }
            if !span.links.isEmpty {
                json.array("links") { json in for link in span.links { write(link, into: &json) } }
            }
            if span.droppedLinks > 0 { json.field("droppedLinksCount", span.droppedLinks) }
            if case .error(let message) = span.status {
                json.object("status") {
                    $0.field("message", message)
                    $0.field("code", 2)
                }
            }
        }
    }

    private static func write(_ event: SpanEvent, into json: inout JSONWriter) {
        json.object { json in
            json.field("timeUnixNano", String(event.unixNanoseconds))
            json.field("name", event.name)
            attributes("attributes", event.attributes, into: &json)
        }
    }

    private static func write(_ link: SpanLink, into json: inout JSONWriter) {
        json.object { json in
            json.field("traceId", link.context.traceID.description)
            json.field("spanId", link.context.spanID.description)
            if let state = link.context.state { json.field("traceState", state.text) }
            json.field("flags", UInt32(link.context.flags.rawValue))
            attributes("attributes", link.attributes, into: &json)
        }
    }

    private static func attributes(_ name: StaticString, _ attributes: SpanAttributes, into json: inout JSONWriter) {
        guard !attributes.all.isEmpty else { return }
        json.array(name) { json in
            for pair in attributes.all {
                json.object { json in
                    json.field("key", pair.name)
                    json.object("value") { json in
                        switch pair.value {
                        case .string(let text): json.field("stringValue", text)
                        case .int(let number): json.field("intValue", String(number))
                        case .bool(let flag): json.field("boolValue", flag)
                        case .double(let number):
                            json.key("doubleValue")
                            json.value(number)
                        }
                    }
                }
            }
        }
    }
}
