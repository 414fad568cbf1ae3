import Domain
import Testing

@testable import GatewayService

@Suite("what a problem says of itself")
struct ProblemTests {
    /// RFC 9457, 3.1.3: the title does not change from one occurrence to the next; ours are for people.
    @Test("each reason has a title of its own, a sentence without an end")
    func titles() {
        let problems = FailureReason.allCases.map { Problem.clip($0, "a") } + EdgeReason.allCases.map { .edge($0, "b") }
        #expect(Set(problems.map(\.title)).count == problems.count)
        for problem in problems {
            #expect(problem.title.first?.isUppercase == true && problem.title.last != ".", "\(problem.title)")
        }
    }

    @Test("a status that the server library chose goes before the reason's own, and the fate stays the reason's")
    func chosen() {
        let fault = EdgeFault(.malformedRequest, "…", status: 431)
        #expect(Problem.edge(fault).status == 431)
        #expect(Problem.edge(.malformedRequest, "…").status == 400)
        #expect(Problem.edge(fault).slug == "malformed-request")
        #expect(Problem.edge(fault).fate == .permanent)
        #expect(Problem.clip(.storeUnavailable, "…").fate == .transient)
    }

    @Test(
        "only a fault on the way to a clip has parameters and an episode's length, only the edge's can be about Accept")
    func parts() {
        let faults = [ParameterFault("start_time_ms", "is required"), ParameterFault("format", "must be one of …")]
        #expect(Problem.badParameters(faults).parameters == faults)
        #expect(Problem.badParameters(faults).slug == "bad-parameters")
        let past = Problem.clip(ClipFault(.startPastEnd, "…", episodeDuration: .milliseconds(600_000)))
        #expect(past.episodeDuration == .seconds(600))
        #expect(past.parameters.isEmpty && !past.isNotAcceptable)
        let edge = Problem.edge(.notAcceptable, "…")
        #expect(edge.isNotAcceptable && edge.episodeDuration == nil && edge.parameters.isEmpty)
        #expect(!Problem.edge(.notFound, "…").isNotAcceptable)
    }
}
