import Foundation
import Testing

import struct HandspanBindings.CoreConfiguration

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Where there is no core, or a crippled one: requests succeed, and the status says why.
@Suite struct StatusTests {
    private func request(_ session: HandspanSession) async throws -> TestServer.Request {
        let server = try TestServer()
        let (data, _) = try await session.data(from: server.url("shop.localhost"))
        #expect(data == Data("{}".utf8))
        return try #require(server.requests.first)
    }

    @Test func aRefusedConfigurationIsToldInWords() async throws {
        var configuration = HandspanConfiguration.test(intake: try FakeIntake())
        configuration.clientToken = ""
        let handspan = Handspan.start(configuration)
        #expect(await handspan.awaitReady(timeout: 30) == false)
        #expect(handspan.status.state == .failed)
        #expect(handspan.status.reason?.hasPrefix("configuration refused: ") == true)
        #expect(handspan.status.reason?.contains("client_token") == true)
        #expect(try await request(HandspanSession(handspan: handspan)).traceHeaders == [:])
        #expect(handspan.status.requestsWithoutCore == 1)
        #expect(handspan.status.requestsBeforeReady == 0)
        #expect(await handspan.flush() == false)
    }

    @Test func aBadHostIsRefusedAloneAndTold() async throws {
        let fixture = try await Fixture { $0.firstPartyHosts["bad host!"] = [.datadog] }
        #expect(fixture.handspan.status.refusals.map(\.value) == ["bad host!"])
        #expect(try await request(fixture.session).traceHeaders.count == 8)
    }

    @Test func aFolderThatCannotBeUsedLeavesTheBatchesInMemory() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let fixture = try await Fixture { $0.storageDir = file.appendingPathComponent("below a file").path }
        #expect(try await request(fixture.session).traceHeaders.count == 8)
        #expect(try await fixture.events().count == 1)
        #expect(fixture.handspan.status.storage == "memory")
    }

    @Test func beforeTheCoreIsReadyRequestsPassAndAreCounted() async throws {
        let gate = DispatchSemaphore(value: 0)
        let configuration = HandspanConfiguration.test(intake: try FakeIntake())
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            return try UniffiCore(CoreConfiguration(configuration))
        }
        let session = HandspanSession(handspan: handspan)
        #expect(handspan.status.state == .starting)
        #expect(await handspan.awaitReady(timeout: 0) == false)
        #expect(try await request(session).traceHeaders == [:])
        let untraced = URLRequest(url: URL(string: "http://shop.localhost/")!)
        #expect(handspan.traced(untraced).allHTTPHeaderFields ?? [:] == [:])
        #expect(handspan.status.requestsBeforeReady == 2)

        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(handspan.status.state == .ready)
        #expect(try await request(session).traceHeaders.count == 8)
        #expect(handspan.status.requestsBeforeReady == 2)
    }

    @Test(arguments: [false, true])
    func aCallThatBeganBeforeTheCoreWasReadyIsReportedOnlyIfItWentOnAfter(redirected: Bool) async throws {
        let gate = DispatchSemaphore(value: 0)
        let intake = try FakeIntake()
        let configuration = HandspanConfiguration.test(intake: intake)
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            return try UniffiCore(CoreConfiguration(configuration))
        }
        let server = try TestServer { request in
            guard redirected, request.target == "/" else { return .ok }
            return .redirect(to: URL(string: "http://\(request.headers["host"]!)/end")!)
        }
        let recorder = RecordingDelegate()
        let session = HandspanSession(handspan: handspan, delegate: recorder)
        let task = session.dataTask(with: server.url("shop.localhost"))
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        _ = try await recorder.run(task)
        #expect(server.requests.map { $0.traceHeaders.count } == (redirected ? [0, 8] : [0]))
        #expect(await handspan.flush(timeout: 30))
        let hops = try await intake.events().map { $0.context.handspan.hops?.map(\.reason) }
        #expect(hops == (redirected ? [["not_ready", "traced"]] : []))
        #expect(handspan.status.requestsBeforeReady == 1)
        #expect(handspan.status.requestsWithoutCore == 0)
    }

    @Test func afterShutdownRequestsPass() async throws {
        let fixture = try await Fixture()
        fixture.handspan.shutdown()
        #expect(fixture.handspan.status.state == .stopped)
        #expect(try await request(fixture.session).traceHeaders == [:])
        #expect(fixture.handspan.status.requestsWithoutCore == 1)
        #expect(fixture.handspan.status.requestsBeforeReady == 0)
        #expect(await fixture.handspan.awaitReady() == false)
    }

    @Test func aCoreThatComesAfterShutdownIsStopped() async throws {
        let gate = DispatchSemaphore(value: 0)
        let core = FakeCore()
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            return core
        }
        handspan.shutdown()
        gate.signal()
        await core.stopped()
        #expect(handspan.status.state == .stopped)
    }

    @Test func consentSaidBeforeTheCoreIsReadyHoldsFromItsFirstRequest() async throws {
        let gate = DispatchSemaphore(value: 0)
        let configuration = HandspanConfiguration.test(intake: try FakeIntake())
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            return try UniffiCore(CoreConfiguration(configuration))
        }
        handspan.setTrackingConsent(.refused)
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(try await request(HandspanSession(handspan: handspan)).traceHeaders == [:])
        handspan.setTrackingConsent(.granted)
        #expect(try await request(HandspanSession(handspan: handspan)).traceHeaders.count == 8)
    }

    @Test func countsAndTheIntakesAnswerAreTold() async throws {
        let fixture = try await Fixture()
        _ = try await request(fixture.session)
        _ = try await fixture.events()
        let status = fixture.handspan.status
        #expect(status.state == .ready)
        #expect(status.reason == nil)
        #expect(status.recorded == 1)
        // The request, and the last update of its view.
        #expect(status.sent == 2)
        #expect(status.lastAnswer == "202")
        #expect(status.sessionID.flatMap(UUID.init) != nil)
        #expect(status.internalErrors == 0)
    }
}
