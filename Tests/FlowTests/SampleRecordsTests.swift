import TestStack
import Testing

/// What `sample-records` prints for programs in other languages, read by Python and held to docs/asyncapi.yaml and its schemas.
@Suite("records for programs in other languages", .timeLimit(.minutes(1)))
struct SampleRecordsTests {
    private static let check = """
        import base64, json, sys, yaml
        page = yaml.safe_load(open("docs/asyncapi.yaml"))
        messages = page["components"]["messages"]
        events = {one["name"]: key for key, one in messages.items() if one["name"].startswith("cutroom.")}
        seen = []
        for line in sys.stdin:
            record = json.loads(line)
            headers = {one["name"]: base64.b64decode(one["value"]).decode() for one in record["headers"]}
            key = events[headers["ce_type"]]
            assert record["topic"] in [one["address"] for one in page["channels"].values() if key in one["messages"]], record
            schema = json.load(open("docs/" + messages[key]["payload"]["$ref"].split("#")[0]))["properties"]["value"]
            value = json.loads(base64.b64decode(record["value"]))
            assert set(schema["required"]) <= set(value) <= set(schema["properties"]), value
            assert base64.b64decode(record["key"]).decode() == headers["ce_subject"], record
            seen.append((headers["ce_type"], headers["ce_subject"]))
        assert len(set(seen)) == len(seen) == int(sys.argv[1]), seen
        """

    @Test(
        "are events as they are described, each with its type, its key and its topic",
        arguments: [(["each"], 5), (["ready", "clip.ready", "2001"], 2001)])
    func described(words: [String], count: Int) async throws {
        let told = try await Tool.run(TestStack.executable("sample-records"), words)
        try await Tool.run("/usr/bin/python3", ["-c", Self.check, String(count)], input: told)
    }
}
