import Foundation
import Testing

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What each host of a redirect is sent. `shop.localhost` is the app's, `ads.localhost` is not.
@Suite struct RedirectTests {
    /// A server under both names: a path `/to/HOST/REST` redirects to `http://HOST/REST`, all else is answered.
    private static func server() throws -> TestServer {
        try TestServer { request in
            let parts = request.target.split(separator: "/", maxSplits: 2).map(String.init)
            guard parts.first == "to" else { return .ok }
            let port = request.headers["host"]!.split(separator: ":")[1]
            return .redirect(to: URL(string: "http://\(parts[1]):\(port)/\(parts.count > 2 ? parts[2] : "")")!)
        }
    }

    enum Sender: CaseIterable, Sendable {
        case session, ownSession
    }

    /// Sends one request and waits for its end.
    private static func send(
        _ request: URLRequest, by sender: Sender, _ fixture: Fixture, _ recorder: RecordingDelegate = .init()
    ) async throws {
        switch sender {
        case .session: _ = try await fixture.session.data(for: request)
        case .ownSession:
            let delegate = HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: recorder)
            let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
            _ = try await recorder.run(own.dataTask(with: fixture.handspan.traced(request)))
        }
    }

    /// Sends a request through the app's own session, as it is.
    private static func sendAsItIs(_ request: URLRequest, _ fixture: Fixture) async throws {
        let recorder = RecordingDelegate()
        let delegate = HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: recorder)
        let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
        _ = try await recorder.run(own.dataTask(with: request))
    }

    @Test(arguments: Sender.allCases)
    func fromFirstToThirdPartyTakesOurHeadersOff(sender: Sender) async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        var request = URLRequest(url: server.url("shop.localhost", "/to/ads.localhost/banner"))
        request.setValue("kept", forHTTPHeaderField: "X-App")
        try await Self.send(request, by: sender, fixture)

        let seen = server.requests
        #expect(seen.count == 2)
        #expect(seen[0].traceHeaders.count == 8)
        #expect(seen[1].traceHeaders == [:])
        #expect(seen[1].headers["x-app"] == "kept")

        let event = try await fixture.event()
        #expect(event.carriesIds(of: seen[0]))
        #expect(event.resource.status_code == 200)
        #expect(event.context.handspan.hops?.map(\.reason) == ["traced", "host_not_first_party"])
        #expect(event.context.handspan.hops?.map(\.status_code) == [302, 200])
        // The first ends where the second begins, which ends with the call.
        let hops = try #require(event.context.handspan.hops)
        let turn = try #require(hops[1].start)
        #expect(hops.map(\.start) == [0, turn] && hops.map(\.duration) == [turn, nil])
        #expect(turn > 0 && turn <= event.resource.duration ?? 0)
    }

    @Test func fromThirdToFirstPartySetsHeaders() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        try await Self.send(URLRequest(url: server.url("ads.localhost", "/to/shop.localhost/")), by: .session, fixture)
        let seen = server.requests
        #expect(seen.map { $0.traceHeaders.count } == [0, 8])
        #expect(try await fixture.event().carriesIds(of: seen[1]))
    }

    @Test func eachHopIsANewSpanOfOneTrace() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        let path = "/to/api.shop.localhost/to/ads.localhost/to/shop.localhost/end"
        try await Self.send(URLRequest(url: server.url("shop.localhost", path)), by: .session, fixture)
        let seen = server.requests
        #expect(seen.map { $0.traceHeaders.count } == [8, 8, 0, 8])
        let traced = [seen[0], seen[1], seen[3]]
        #expect(Set(traced.map(\.traceID)).count == 1)
        #expect(Set(traced.map(\.spanID)).count == 3)
        let event = try await fixture.event()
        #expect(event.carriesIds(of: seen[3]))
        #expect(event.context.handspan.hops?.count == 4)
    }

    @Test func theAppsOwnTraceparentIsKeptOnEachHop() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        let own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        var request = URLRequest(url: server.url("shop.localhost", "/to/shop.localhost/end"))
        request.setValue(own, forHTTPHeaderField: "traceparent")
        try await Self.send(request, by: .session, fixture)
        #expect(server.requests.map(\.traceHeaders) == [["traceparent": own], ["traceparent": own]])
        #expect(try await fixture.event().carriesIds(of: server.requests[1]))
    }

    @Test(arguments: Sender.allCases)
    func theAppsOwnTracestateComesBackWhenOursIsTakenOff(sender: Sender) async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        var request = URLRequest(url: server.url("shop.localhost", "/to/ads.localhost/banner"))
        request.setValue("vendor=1", forHTTPHeaderField: "tracestate")
        try await Self.send(request, by: sender, fixture)
        let seen = server.requests
        #expect(seen[0].headers["tracestate"]?.hasPrefix("dd=") == true)
        #expect(seen[0].headers["tracestate"]?.hasSuffix(",vendor=1") == true)
        #expect(seen[1].traceHeaders == ["tracestate": "vendor=1"])
    }

    @Test func aTracedRequestThatIsSentAgainIsStrippedAgain() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        let request = fixture.handspan.traced(
            URLRequest(url: server.url("shop.localhost", "/to/ads.localhost/banner")))
        for _ in 1...2 {
            let recorder = RecordingDelegate()
            let delegate = HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: recorder)
            let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
            _ = try await recorder.run(own.dataTask(with: request))
        }
        #expect(server.requests.map { $0.traceHeaders.count } == [8, 0, 8, 0])
        #expect(try await fixture.events().count == 2)
    }

    @Test func aRequestThatAHandspanSessionSentIsStrippedInTheAppsOwnSessionToo() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        let recorder = RecordingDelegate()
        let first = HandspanSession(handspan: fixture.handspan, configuration: .ephemeral, delegate: recorder)
        let task = first.dataTask(with: server.url("shop.localhost", "/to/ads.localhost/banner"))
        _ = try await recorder.run(task)
        try await Self.sendAsItIs(try #require(task.originalRequest), fixture)
        #expect(server.requests.map { $0.traceHeaders.count } == [8, 0, 8, 0])
        #expect(try await fixture.events().count == 2)
    }

    @Test func afterShutdownARedirectStillTakesOurHeadersOff() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        let traced = fixture.handspan.traced(
            URLRequest(url: server.url("shop.localhost", "/to/ads.localhost/banner")))
        fixture.handspan.shutdown()
        try await Self.sendAsItIs(traced, fixture)
        #expect(server.requests.map { $0.traceHeaders.count } == [8, 0])
    }

    @Test func afterShutdownARequestWithHeadersOfOursInHandGetsRidOfThem() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        var traced = fixture.handspan.traced(URLRequest(url: server.url("shop.localhost")))
        traced.url = server.url("ads.localhost")
        fixture.handspan.shutdown()
        _ = try await fixture.session.data(for: traced)
        #expect(server.requests.map(\.traceHeaders) == [[:]])
        #expect(traced.traced(by: fixture.handspan).allHTTPHeaderFields ?? [:] == [:])
    }

    @Test func aRequestThatWaitedWhileManyWereSentIsStillStripped() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        var request = URLRequest(url: server.url("shop.localhost", "/to/ads.localhost/banner"))
        request.setValue("vendor=1", forHTTPHeaderField: "tracestate")
        var traced = fixture.handspan.traced(request)
        traced.setValue("changed later", forHTTPHeaderField: "X-App")
        for _ in 0..<RememberedHops.capacity + 1 { _ = fixture.handspan.traced(request) }
        try await Self.sendAsItIs(traced, fixture)
        let seen = server.requests
        #expect(seen.map { $0.traceHeaders.count } == [8, 1])
        #expect(seen[1].traceHeaders == ["tracestate": "vendor=1"])
        let event = try await fixture.event()
        #expect(event.carriesIds(of: seen[0]))
        #expect(event.context.handspan.hops?.map(\.reason) == ["traced", "host_not_first_party"])
    }

    @Test(arguments: ["originalRequest", "traced", "traced twice"])
    func aRequestWithHeadersOfOursInHandIsPlannedAfresh(how: String) async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        var request = URLRequest(url: server.url("shop.localhost", "/to/ads.localhost/banner"))
        request.setValue("vendor=1", forHTTPHeaderField: "tracestate")
        switch how {
        case "originalRequest":
            let recorder = RecordingDelegate()
            let first = HandspanSession(handspan: fixture.handspan, configuration: .ephemeral, delegate: recorder)
            let task = first.dataTask(with: request)
            _ = try await recorder.run(task)
            request = try #require(task.originalRequest)
        case "traced": request = request.traced(by: fixture.handspan)
        default: request = request.traced(by: fixture.handspan).traced(by: fixture.handspan)
        }
        let before = server.requests.count
        let carried = try #require(request.value(forHTTPHeaderField: "traceparent"))
        _ = try await fixture.session.data(for: request)
        let seen = server.requests[before...]
        #expect(seen.first?.traceHeaders.count == 8)
        #expect(seen.first?.headers["traceparent"] != carried)
        #expect(seen.first?.headers["tracestate"]?.hasSuffix(",vendor=1") == true)
        #expect(seen.last?.traceHeaders == ["tracestate": "vendor=1"])
        #expect(try await fixture.events().last?.context.handspan.reason == "traced")
    }

    @Test func twoOfOurDelegatesInARowRecordOnce() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        let recorder = RecordingDelegate()
        let inner = HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: recorder)
        let session = HandspanSession(handspan: fixture.handspan, configuration: .ephemeral, delegate: inner)
        _ = try await recorder.run(session.dataTask(with: server.url("shop.localhost", "/to/ads.localhost/banner")))
        #expect(server.requests.map { $0.traceHeaders.count } == [8, 0])
        #expect(try await fixture.events().count == 1)
    }

    @Test func theAppsDelegateSeesTheRequestAsItsOwnAndMayChangeIt() async throws {
        let server = try Self.server()
        let recorder = RecordingDelegate { _, request, answer in
            var request = request
            request.setValue("by the app", forHTTPHeaderField: "X-App")
            answer(request)
        }
        let fixture = try await Fixture(delegate: recorder)
        try await Self.send(
            URLRequest(url: server.url("shop.localhost", "/to/shop.localhost/end")), by: .session, fixture)
        let shown = try #require(recorder.seen.redirects.first)
        #expect(shown.allHTTPHeaderFields ?? [:] == [:])
        let last = try #require(server.requests.last)
        #expect(last.headers["x-app"] == "by the app")
        #expect(last.traceHeaders.count == 8)
    }

    @Test func theAppsDelegateMayTurnARedirectElsewhereWithTheFirstRequestInHand() async throws {
        let server = try Self.server()
        let elsewhere = server.url("ads.localhost", "/elsewhere")
        // The request it holds carries our headers of the first hop.
        let recorder = RecordingDelegate { task, _, answer in
            var request = task.originalRequest!
            request.url = elsewhere
            answer(request)
        }
        let fixture = try await Fixture(delegate: recorder)
        try await Self.send(
            URLRequest(url: server.url("shop.localhost", "/to/shop.localhost/end")), by: .session, fixture)
        #expect(server.requests.map(\.target) == ["/to/shop.localhost/end", "/elsewhere"])
        #expect(server.requests[1].traceHeaders == [:])
    }

    @Test func theAppsDelegateMayRefuseARedirect() async throws {
        let server = try Self.server()
        let recorder = RecordingDelegate { _, _, answer in answer(nil) }
        let fixture = try await Fixture(delegate: recorder)
        let (_, response) = try await fixture.session.data(
            from: server.url("shop.localhost", "/to/ads.localhost/banner"))
        #expect((response as? HTTPURLResponse)?.statusCode == 302)
        #expect(server.requests.count == 1)
        let event = try await fixture.event()
        #expect(event.resource.status_code == 302)
        #expect(event.context.handspan.hops?.count == 1)
    }

    @Test func aDelegateThatAnswersARedirectTwiceIsHeardOnce() async throws {
        let server = try Self.server()
        let recorder = RecordingDelegate { _, request, answer in
            answer(request)
            answer(request)
        }
        let fixture = try await Fixture(delegate: recorder)
        try await Self.send(
            URLRequest(url: server.url("shop.localhost", "/to/shop.localhost/end")), by: .session, fixture)
        #expect(server.requests.count == 2)
    }

    @Test func theAppsOwnTaskWithoutTracedIsLeftAlone() async throws {
        let server = try Self.server()
        let fixture = try await Fixture()
        let recorder = RecordingDelegate()
        let delegate = HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: recorder)
        let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
        _ = try await recorder.run(own.dataTask(with: server.url("shop.localhost", "/to/shop.localhost/end")))
        #expect(server.requests.map(\.traceHeaders) == [[:], [:]])
        #expect(fixture.handspan.status.recorded == 0)
    }
}
