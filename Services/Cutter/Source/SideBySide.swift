/// Runs each item's work at the same time, since each waits for a store; the first fault cancels the others.
///
/// - Parameter cancelled: what work throws that was cancelled, which is never the cause.
/// - Returns: what came of the items, in their order.
func sideBySide<Item: Sendable, Value: Sendable, Failure: Error & Equatable>(
    _ items: [Item], cancelled: Failure, _ body: @escaping @Sendable (Item) async throws(Failure) -> Value
) async throws(Failure) -> [Value] {
    let results = await withTaskGroup(of: (Int, Result<Value, Failure>).self) { group in
        for (index, item) in items.enumerated() {
            group.addTask {
                do throws(Failure) { return (index, .success(try await body(item))) } catch {
                    return (index, .failure(error))
                }
            }
        }
        var results: [Int: Result<Value, Failure>] = [:]
        for await (index, result) in group {
            results[index] = result
            if case .failure = result { group.cancelAll() }
        }
        return results
    }
    // The first fault is the cause; the others were cancelled for it.
    for case .failure(let fault) in results.values where fault != cancelled { throw fault }
    var values: [Value] = []
    for index in items.indices {
        guard let result = results[index] else { throw cancelled }
        values.append(try result.get())
    }
    return values
}
