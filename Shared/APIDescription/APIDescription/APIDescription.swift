/// What docs/openapi.yaml says.
public enum APIDescription {
    /// As JSON in UTF-8, without white space between its parts. `openAPI` stands in a file that `embed-description` writes.
    public static var json: StaticString { openAPI }
}
