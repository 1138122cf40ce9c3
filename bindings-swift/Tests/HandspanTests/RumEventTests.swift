import Foundation
import Testing

import struct HandspanBindings.CoreConfiguration

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What is said of a session, as an intake gets it from the real core.
@Suite struct RumEventTests {
    private struct NoStock: Error, LocalizedError {
        var errorDescription: String? { "sold out" }
    }

    private func fixture(_ change: (inout HandspanConfiguration) -> Void = { _ in }) async throws -> Fixture {
        try await Fixture { configuration in
            configuration.telemetry = false
            change(&configuration)
        }
    }

    /// Every event of the track so far, in order, bar Handspan's word on itself.
    private func events(_ fixture: Fixture, _ path: String = "/api/v2/rum") async throws -> [RawEvent] {
        #expect(await fixture.handspan.flush(timeout: 30), "\(fixture.handspan.status)")
        return try await fixture.intake.raw(path).filter { $0["type"]?.text != "telemetry" }
    }

    private func of(_ type: String, _ events: [RawEvent]) -> [RawEvent] {
        events.filter { $0["type"]?.text == type }
    }

    @Test func aVisitIsAStory() async throws {
        let fixture = try await fixture()
        let rum = fixture.handspan.rum
        rum.setAttribute("tenant", "acme")
        rum.startView(key: "cart", name: "Cart", url: "/cart", attributes: ["items": 3])
        rum.addFeatureFlag(name: "checkout", value: "new")
        rum.addAction(type: .custom, name: "Pay", attributes: ["method": "card"])
        rum.addError(NoStock(), attributes: ["sku": 7])
        rum.addLongTask(duration: 0.9)
        rum.addDurationVital(name: "decode", duration: 0.25)
        rum.addViewTiming(name: "hero")
        rum.stopView(key: "cart")

        let events = try await events(fixture)
        let view = try #require(of("view", events).last { $0["view", "name"]?.text == "Cart" })
        #expect(view["view", "url"]?.text == "/cart")
        #expect(view["view", "is_active"]?.bool == false)
        #expect(view["view", "action", "count"]?.number == 1)
        #expect(view["view", "error", "count"]?.number == 1)
        #expect(view["view", "long_task", "count"]?.number == 1)
        #expect(view["view", "custom_timings", "hero"]?.number != nil)
        #expect(view["feature_flags", "checkout"]?.text == "new")
        #expect(view["context", "items"]?.number == 3)
        let action = try #require(of("action", events).first)
        #expect(action["action", "target", "name"]?.text == "Pay")
        #expect(action["context", "method"]?.text == "card")
        let error = try #require(of("error", events).first)
        #expect(error["error", "message"]?.text == "sold out")
        #expect(error["error", "type"]?.text?.hasSuffix("NoStock") == true)
        #expect(error["context", "sku"]?.number == 7)
        #expect(try #require(of("long_task", events).first)["long_task", "duration"]?.number == 900_000_000)
        let vital = try #require(of("vital", events).first)
        #expect(vital["vital", "name"]?.text == "decode")
        for event in events where event["view", "name"]?.text == "Cart" {
            #expect(event["view", "id"]?.text == view["view", "id"]?.text)
            #expect(event["session", "id"]?.text == view["session", "id"]?.text)
            #expect(event["context", "tenant"]?.text == "acme")
        }
    }

    @Test func whatIsSaidBeforeTheCoreIsReadyIsRecordedAtItsTime() async throws {
        let gate = DispatchSemaphore(value: 0)
        let intake = try FakeIntake()
        let configuration = CoreConfiguration(.test(intake: intake))
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            return try UniffiCore(configuration)
        }
        let before = Date()
        handspan.rum.startView(key: "cart", name: "Cart")
        handspan.rum.addError(message: "first")
        handspan.rum.addError(message: "second")
        let after = Date()
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(await handspan.flush(timeout: 30))
        let errors = of("error", try await intake.raw("/api/v2/rum"))
        #expect(errors.map { $0["error", "message"]?.text } == ["first", "second"])
        #expect(errors.map { $0["view", "name"]?.text } == ["Cart", "Cart"])
        // An age is whole milliseconds.
        let range = (before.timeIntervalSince1970 * 1_000 - 2)...(after.timeIntervalSince1970 * 1_000 + 2)
        for error in errors { #expect(range.contains(error["date"]?.number ?? 0)) }
    }

    @Test func aUserIsOnEveryEvent() async throws {
        let fixture = try await fixture()
        fixture.handspan.setUser(id: "u-1", name: "Zoë", email: "z@example.com", attributes: ["plan": "gold"])
        fixture.handspan.setAccount(id: "a-1", name: "Acme")
        fixture.handspan.rum.addError(message: "known")
        fixture.handspan.clearUser()
        fixture.handspan.clearAccount()
        fixture.handspan.rum.addError(message: "unknown")
        let errors = of("error", try await events(fixture))
        #expect(errors.map { $0["usr", "id"]?.text } == ["u-1", nil])
        #expect(errors.map { $0["usr", "name"]?.text } == ["Zoë", nil])
        #expect(errors.map { $0["usr", "email"]?.text } == ["z@example.com", nil])
        #expect(errors.map { $0["usr", "plan"]?.text } == ["gold", nil])
        #expect(errors.map { $0["account", "id"]?.text } == ["a-1", nil])
        #expect(errors.map { $0["account", "name"]?.text } == ["Acme", nil])
    }

    @Test func aLogLineIsBoundToItsSessionAndItsSpan() async throws {
        let fixture = try await fixture()
        fixture.handspan.rum.startView(key: "cart", name: "Cart")
        let trace = fixture.handspan.tracer.withSpan("checkout") { span in
            fixture.handspan.logger(name: "shop").warn("slow", error: NoStock(), attributes: ["ms": 900])
            return span.traceID
        }
        let line = try #require(try await events(fixture, "/api/v2/logs").first)
        #expect(line["message"]?.text == "slow")
        #expect(line["status"]?.text == "warn")
        #expect(line["logger", "name"]?.text == "shop")
        #expect(line["ms"]?.number == 900)
        #expect(line["error", "message"]?.text == "sold out")
        #expect(line["session_id"]?.text == fixture.handspan.status.sessionID)
        #expect(line["dd", "trace_id"]?.text == trace || line["dd.trace_id"]?.text == trace)
    }

    @Test func aRequestInASpanIsItsChildOnTheWireAndOnItsEvent() async throws {
        let server = try TestServer()
        let fixture = try await fixture()
        let span = try await fixture.handspan.tracer.withSpan("checkout") { span in
            _ = try await fixture.session.data(from: server.url("shop.localhost"))
            return span
        }
        #expect(server.requests[0].traceID.map(String.init) == span.traceID)
        let resource = try #require(of("resource", try await events(fixture)).first)
        #expect(resource["_dd", "trace_id"]?.text == span.traceID)
        let parent = span.spanID.flatMap { UInt64($0, radix: 16) }.map(String.init)
        #expect(resource["_dd", "parent_span_id"]?.text == parent)
    }

    @Test func aMapperChangesAndDrops() async throws {
        let fixture = try await fixture { configuration in
            configuration.actionEventMapper = { action in
                guard action.actionName != "secret" else { return nil }
                var action = action
                action.actionName = action.actionName.map { "mapped " + $0 }
                action.attributes["email"] = nil
                return action
            }
        }
        fixture.handspan.rum.addAction(type: .custom, name: "secret")
        fixture.handspan.rum.addAction(type: .custom, name: "open", attributes: ["email": "z@example.com", "n": 1])
        // Ends the windows of both.
        fixture.handspan.rum.stopSession()
        let actions = of("action", try await events(fixture))
        #expect(actions.map { $0["action", "target", "name"]?.text } == ["mapped open"])
        #expect(actions.first?["context", "email"] == nil)
        #expect(actions.first?["context", "n"]?.number == 1)
    }

    @Test func aResourceTellsItsOperationItsAttributesAndNamedHeaders() async throws {
        let server = try TestServer { _ in TestServer.Response(headers: ["X-Cache": "hit", "Set-Cookie": "s=1"]) }
        let fixture = try await fixture { $0.capturedHeaders = ["x-cache", "set-cookie", "authorization"] }
        var request = URLRequest(url: server.url("shop.localhost"))
        request.setValue("Bearer secret", forHTTPHeaderField: "Authorization")
        _ = try await fixture.session
            .with(graphQL: GraphQLOperation(kind: .query, name: "Cart")).with(attributes: ["try": 2])
            .data(for: request)
        let resource = try #require(of("resource", try await events(fixture)).first)
        #expect(resource["resource", "graphql", "operationType"]?.text == "query")
        #expect(resource["resource", "graphql", "operationName"]?.text == "Cart")
        #expect(resource["context", "try"]?.number == 2)
        let text = "\(resource)"
        #expect(text.contains("hit"))
        #expect(!text.contains("s=1") && !text.contains("Bearer"))
    }

    @Test func afterStopSessionTheNextViewBeginsAnother() async throws {
        let fixture = try await fixture()
        fixture.handspan.rum.startView(key: "a", name: "A")
        fixture.handspan.rum.stopSession()
        fixture.handspan.rum.startView(key: "b", name: "B")
        let views = of("view", try await events(fixture))
        let sessions = ["A", "B"].map { name in
            Set(views.filter { $0["view", "name"]?.text == name }.compactMap { $0["session", "id"]?.text })
        }
        #expect(sessions.allSatisfy { $0.count == 1 })
        #expect(sessions[0] != sessions[1])
    }

    @Test func whatIsClearedIsNotSent() async throws {
        let fixture = try await fixture()
        fixture.handspan.setUploadConditions(UploadConditions(network: .none))
        fixture.handspan.rum.addError(message: "old")
        #expect(await fixture.handspan.flush(timeout: 30) == false)
        fixture.handspan.clearAllData()
        fixture.handspan.setUploadConditions(UploadConditions(network: .unmetered))
        fixture.handspan.rum.addError(message: "new")
        let errors = of("error", try await events(fixture))
        #expect(errors.map { $0["error", "message"]?.text } == ["new"])
    }

    @Test func inASyntheticTestTheSessionSaysSo() async throws {
        let fixture = try await fixture { $0.syntheticsTest = SyntheticsTest(testID: "t-1", resultID: "r-1") }
        fixture.handspan.rum.addError(message: "a")
        let error = try #require(of("error", try await events(fixture)).first)
        #expect(error["session", "type"]?.text == "synthetics")
        #expect(error["synthetics", "test_id"]?.text == "t-1")
        #expect(error["synthetics", "result_id"]?.text == "r-1")
    }
}
