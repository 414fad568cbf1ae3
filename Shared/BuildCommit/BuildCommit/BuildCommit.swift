/// What `CBuildCommit` declares. `commit` stands in a file that `write-commit` writes before each build; a `StaticString` ends
/// with a zero byte and is never freed.
@_cdecl("cutroom_commit")
func cutroomCommit() -> UnsafePointer<UInt8> { commit.utf8Start }
