import Foundation
import Testing

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Puts the core's clock forward: a development build has this symbol.
@_silgen_name("handspan_test_skip_ms")
private func skip(ms: UInt64)

/// The remote document: when it is asked for, when it takes hold, and what its switch stops. One test after the other: they share
/// the clock that they put forward, all in all by a few minutes.
@Suite(.serialized) struct RemoteTests {
    @Test func itIsAskedForAtTheStartAndAgainOnlyAfterMoreThanThirtySecondsInTheBackground() async throws {
        let documents = try Documents()
        let fixture = try await start(documents)
        let remote = try await settled(fixture, pulls: 1)
        #expect(remote.applied == 1 && remote.version == "1")
        let agent = try #require(documents.requests.first?.headers["user-agent"])
        #expect(agent.hasPrefix("handspan/") && agent.hasSuffix(" (ios; 1.2.3)"))

        away(fixture, ms: 29_000)
        let short = await heard(fixture)
        #expect(short.pulls == 1 && short.nextPullMs == nil)

        away(fixture, ms: 30_001)
        // Within the two seconds of its random wait.
        let long = try await settled(fixture, pulls: 2)
        #expect(long.state == "applied" && long.notModified == 1)
        #expect(documents.requests.map { $0.headers["if-none-match"] } == [nil, "\"1\""])
    }

    @Test func aRateAHostAndTheSwitchFollowWithinOneReturnToTheForeground() async throws {
        let documents = try Documents()
        let fixture = try await start(documents)
        _ = try await settled(fixture, pulls: 1)
        let site = try TestServer()
        func headers() async throws -> Set<String> {
            _ = try await fixture.session.data(from: site.url("shop.localhost"))
            return Set(site.requests.last?.traceHeaders.keys ?? [:].keys)
        }
        func publish(_ version: Int, _ members: String) async throws {
            documents.publish(version, members)
            let pulls = fixture.handspan.stats.remote.pulls
            away(fixture, ms: 31_000)
            let remote = try await settled(fixture, pulls: pulls + 1)
            try #require(remote.version == "\(version)", "\(remote)")
        }
        #expect(try await headers().contains("traceparent"))
        try await publish(2, #","trace_sample_rate":0"#)
        #expect(try await headers() == [])
        try await publish(3, #","first_party_hosts":{"shop.localhost":["b3"]}"#)
        #expect(try await headers() == ["b3"])
        #expect(try await fixture.events().count == 3)

        try await publish(4, #","enabled":false"#)
        #expect(try await headers() == [])
        let stats = fixture.handspan.stats
        #expect(stats.hold == "disabled" && stats.remote.disabledBy == "remote")
        #expect(try await fixture.events().count == 3)
        try await publish(5, "")
        #expect(try await headers().contains("traceparent"))
        let events = try await fixture.events()
        #expect(events.count == 4 && events.last?.context.handspan.remote_version == "5")
        #expect(fixture.handspan.stats.remote.disabledBy == nil)
    }

    @Test func anAppThatIsOffItselfAsksNobodyWhateverADocumentWouldSay() async throws {
        let documents = try Documents()
        let fixture = try await start(documents) { $0.enabled = false }
        let site = try TestServer()
        _ = try await fixture.session.data(from: site.url("shop.localhost"))
        #expect(site.requests.last?.traceHeaders == [:])
        away(fixture, ms: 31_000)
        let remote = await heard(fixture)
        #expect(remote.state == "none" && remote.disabledBy == "local")
        #expect(documents.requests.isEmpty)
        #expect(try await fixture.intake.requests().isEmpty)
    }

    @Test func theKeptDocumentIsInForceBeforeTheServerIsAskedAndTheInstallKeepsItsId() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let documents = try Documents()
        documents.publish(7, #","trace_sample_rate":0"#)
        let first = try await start(documents) { $0.storageDir = folder.path }
        let id = try #require(try await settled(first, pulls: 1).installID)
        first.handspan.shutdown()
        documents.goDown()
        let second = try await start(documents) { $0.storageDir = folder.path }
        let remote = await heard(second)
        #expect(remote.version == "7" && remote.installID == id && remote.startsWithoutMark == 1)
        let site = try TestServer()
        _ = try await second.session.data(from: site.url("shop.localhost"))
        #expect(site.requests.last?.traceHeaders == [:])
        second.handspan.shutdown()
    }

    @Test func withoutTheSignatureOfAKeyThatTheAppKnowsItChangesNothingButACounter() async throws {
        let documents = try Documents()
        documents.publish(7, #","enabled":false"#)
        let fixture = try await start(documents) {
            $0.remoteConfigurationKeys = ["2026": Data(count: 32).base64EncodedString()]
        }
        let remote = try await settled(fixture, pulls: 1)
        #expect(remote.state == "refused" && remote.refused == 1 && remote.disabledBy == nil)
        #expect(fixture.handspan.status.refusals.map(\.code) == ["not_signed"])
    }

    private func start(
        _ documents: Documents, change: (inout HandspanConfiguration) -> Void = { _ in }
    ) async throws -> Fixture {
        try await Fixture {
            $0.remoteConfigurationURL = documents.url
            change(&$0)
        }
    }

    private func away(_ fixture: Fixture, ms: UInt64) {
        fixture.handspan.enterBackground()
        skip(ms: ms)
        fixture.handspan.enterForeground()
    }

    /// The core has heard all that it was told: its thread takes one word after the other.
    private func heard(_ fixture: Fixture) async -> RemoteStats {
        _ = await fixture.handspan.flush(timeout: 10)
        return fixture.handspan.stats.remote
    }

    /// The document that the server has now is in force, or not believed.
    private func settled(_ fixture: Fixture, pulls: UInt64) async throws -> RemoteStats {
        let until = Date().addingTimeInterval(10)
        while true {
            let remote = fixture.handspan.stats.remote
            if remote.pulls >= pulls && remote.state != "pulling" { return remote }
            try #require(Date() < until, "\(remote)")
            await Task.yield()
        }
    }
}

/// Serves a document as any static server does: with an ETag.
private final class Documents: Sendable {
    private let current = Locked<(version: Int, members: String)?>((1, ""))
    private let server: TestServer

    init() throws {
        server = try TestServer { [current] request in
            guard let (version, members) = current.withLock({ $0 }) else { return .status(503) }
            let etag = "\"\(version)\""
            if request.headers["if-none-match"] == etag { return TestServer.Response(status: 304, body: Data()) }
            return TestServer.Response(headers: ["ETag": etag], body: Data(#"{"version":\#(version)\#(members)}"#.utf8))
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)/config.json" }
    var requests: [TestServer.Request] { server.requests }
    func publish(_ version: Int, _ members: String) { current.withLock { $0 = (version, members) } }
    func goDown() { current.withLock { $0 = nil } }
}
