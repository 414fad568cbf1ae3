import Testing
import Text

@Suite("flat JSON")
struct FlatJSONTests {
    /// Fields as text, in their order; nil if the object can't be read.
    private func read(_ json: String) -> [String]? {
        var fields: [String] = []
        let isRead = FlatJSON.read(Array(json.utf8)) { name, value in
            let text =
                switch value {
                case .text(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
                case .number(let number): "\(number)"
                case .flag(let flag): "\(flag)"
                }
            fields.append("\(String(decoding: name, as: UTF8.self))=\(text)")
            return true
        }
        return isRead ? fields : nil
    }

    @Test("texts, whole numbers and flags are read in their order, blanks between them or not")
    func fields() {
        #expect(
            read(#"{"a":"x\/y","b":0,"c":9223372036854775807,"d":true,"e":false,"":""}"#)
                == ["a='x/y'", "b=0", "c=9223372036854775807", "d=true", "e=false", "=''"])
        #expect(read(" {\t\"a\" :\r\n 1 , \"b\":2 } \n") == ["a=1", "b=2"])
        #expect(read("{}") == [] && read(" { } ") == [])
    }

    @Test(
        "anything else can't be read, be it JSON or not",
        arguments: [
            "", "[]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\":1}x",
            "{\"a\":01}",
            "{\"a\":-1}", "{\"a\":1.0}", "{\"a\":1e3}", "{\"a\":9223372036854775808}", "{\"a\":null}", "{\"a\":[1]}",
            "{\"a\":{}}", "{\"a\":\"\\n\"}", "{\"a\":\"\\u0041\"}", "{\"a\":\"\\\\/\"}", "{\"a\":\"é\"}",
            "{\"a\":\"\u{1}\"}",
            "{\"a\":\"x}", "{\"a\":\"x\\", "{a:1}", "{\"a\":truth}", "{\"a\":tru}", "{'a':1}",
        ])
    func refused(json: String) { #expect(read(json) == nil) }

    @Test("reading ends where the caller wants no more")
    func ended() {
        var count = 0
        let isRead = FlatJSON.read(Array(#"{"a":1,"b":2,"c":3}"#.utf8)) { _, _ in
            count += 1
            return count < 2
        }
        #expect(!isRead && count == 2)
    }
}
