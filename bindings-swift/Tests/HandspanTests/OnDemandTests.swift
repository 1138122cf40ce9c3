import Foundation
import Testing

import struct HandspanBindings.CoreConfiguration

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// "Trace this one", and who the user is. The session of these tests is not kept.
@Suite struct OnDemandTests {
    private func fixture(_ change: (inout HandspanConfiguration) -> Void = { _ in }) async throws -> Fixture {
        try await Fixture {
            $0.sessionSampleRate = 0
            change(&$0)
        }
    }

    @Test func aSessionThatKeepsKeepsItsCallsAndNoOthers() async throws {
        let server = try TestServer()
        let fixture = try await fixture()
        _ = try await fixture.session.data(from: server.url("shop.localhost"))
        _ = try await fixture.session.keepingTraces.data(from: server.url("shop.localhost"))
        _ = try await fixture.session.data(from: server.url("shop.localhost"))
        #expect(server.requests.map { $0.traceHeaders["x-datadog-sampling-priority"] } == [nil, "2", nil])
        #expect(server.requests[1].headers["x-datadog-tags"]?.contains("_dd.p.dm=-4") == true)
        let event = try await fixture.event()
        #expect(event.carriesIds(of: server.requests[1]))
        #expect(event.context.handspan.reason == "traced_forced")
    }

    @Test func aTracedRequestIsKept() async throws {
        let server = try TestServer()
        let fixture = try await fixture()
        let request = URLRequest(url: server.url("shop.localhost"))
        #expect(request.traced(by: fixture.handspan).allHTTPHeaderFields ?? [:] == [:])
        let recorder = RecordingDelegate()
        let delegate = HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: recorder)
        let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
        _ = try await recorder.run(own.dataTask(with: request.traced(by: fixture.handspan, keep: true)))
        #expect(server.requests.map { $0.headers["x-datadog-sampling-priority"] } == ["2"])
        #expect(try await fixture.event().carriesIds(of: server.requests[0]))
    }

    @Test func whatWasAskedOfARequestHoldsForItsFirstSendInAHandspanSession() async throws {
        let server = try TestServer()
        let fixture = try await fixture()
        let request = URLRequest(url: server.url("shop.localhost")).traced(by: fixture.handspan, keep: true)
        _ = try await fixture.session.data(for: request)
        _ = try await fixture.session.data(for: request)
        #expect(server.requests.map { $0.headers["x-datadog-sampling-priority"] } == ["2", nil])
    }

    @Test func forAWhileEveryTraceIsKept() async throws {
        let server = try TestServer()
        let fixture = try await fixture()
        for duration in [60, 0, .infinity, .nan, 0.001, -1] {
            fixture.handspan.keepTraces(for: duration)
            _ = try await fixture.session.data(from: server.url("shop.localhost"))
        }
        #expect(server.requests.map { !$0.traceHeaders.isEmpty } == [true, false, true, false, true, false])
    }

    @Test func whatIsSaidBeforeTheCoreIsReadyHoldsFromItsFirstRequest() async throws {
        let gate = DispatchSemaphore(value: 0)
        let intake = try FakeIntake()
        var configuration = HandspanConfiguration.test(intake: intake)
        configuration.sessionSampleRate = 0
        configuration.firstPartyHosts = ["shop.localhost": [.tracecontext, .baggage]]
        let core = CoreConfiguration(configuration)
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            return try UniffiCore(core)
        }
        handspan.setUser(id: "nobody")
        handspan.setUser(id: "Zoë Müller")
        handspan.setAccount(id: "a,b")
        handspan.keepTraces(for: 60)
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))

        let server = try TestServer()
        _ = try await HandspanSession(handspan: handspan).data(from: server.url("shop.localhost"))
        let baggage = try #require(server.requests[0].headers["baggage"])
        #expect(baggage.contains("user.id=Zo%C3%AB%20M%C3%BCller"))
        #expect(baggage.contains("account.id=a%2Cb"))
        #expect(await handspan.flush(timeout: 30))
        let event = try #require(try await intake.events().first)
        #expect(event.usr?.id == "Zoë Müller")
        #expect(event.account?.id == "a,b")
    }

    @Test func aUserWhoLeavesIsOnNoLaterEvent() async throws {
        let server = try TestServer()
        let fixture = try await fixture { $0.sessionSampleRate = 100 }
        for id in ["u-1", nil, "u-2", ""] {
            if let id {
                fixture.handspan.setUser(id: id)
                fixture.handspan.setAccount(id: id)
            } else {
                fixture.handspan.clearUser()
                fixture.handspan.clearAccount()
            }
            _ = try await fixture.session.data(from: server.url("shop.localhost"))
        }
        let events = try await fixture.events()
        #expect(events.map { $0.usr?.id } == ["u-1", nil, "u-2", nil])
        #expect(events.map { $0.account?.id } == ["u-1", nil, "u-2", nil])
    }

    @Test func aKeptTraceCarriesARMSsMember() async throws {
        let server = try TestServer()
        let fixture = try await fixture { $0.armsPID = "abc@123" }
        _ = try await fixture.session.keepingTraces.data(from: server.url("shop.localhost"))
        let session = try #require(fixture.handspan.status.sessionID)
        #expect(server.requests[0].headers["tracestate"]?.contains("rum=v2&ios&abc@123&\(session)") == true)
    }
}
