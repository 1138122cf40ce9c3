import Foundation
import Testing

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What a host is sent, by every way of making a request, and that the event says the same.
@Suite struct HeadersOnTheWireTests {
    /// Each way in which an app may send a GET or a POST.
    enum Way: String, CaseIterable, Sendable {
        case async, asyncUpload, asyncDownload
        case closure, closureUpload, closureDownload
        case delegate, delegateUpload, delegateDownload
        case ownSession
    }

    @Test(arguments: Way.allCases)
    func firstPartyHostGetsHeadersAndTheEventItsIds(way: Way) async throws {
        let server = try TestServer { _ in TestServer.Response(body: Data("hello".utf8)) }
        let recorder = RecordingDelegate()
        let fixture = try await Fixture(delegate: recorder)
        let received = try await send(
            URLRequest(url: server.url("shop.localhost", "/a%20b?q=1")), way, fixture, recorder)

        #expect(received == Data("hello".utf8))
        #expect(server.requests.count == 1)
        let request = try #require(server.requests.first)
        #expect(
            Set(request.traceHeaders.keys) == [
                "traceparent", "tracestate", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-origin",
                "x-datadog-sampling-priority", "x-datadog-sampled", "x-datadog-tags",
            ])
        let span = try #require(request.spanID.flatMap { UInt64($0, radix: 16) })
        #expect(request.headers["x-datadog-parent-id"] == String(span))

        let event = try await fixture.event()
        #expect(event.carriesIds(of: request))
        #expect(event.source == "ios")
        #expect(event.service == "swift-tests")
        #expect(event.resource.url == server.url("shop.localhost", "/a%20b?q=1").absoluteString)
        #expect(event.resource.status_code == 200)
        #expect(event.resource.size == 5)
        #expect(event.context.handspan.reason == "traced")
        let hop = try #require(event.context.handspan.hops?.first)
        #expect(hop.headers == request.traceHeaders)
    }

    @Test func subdomainIsFirstPartyAndALookAlikeIsNot() async throws {
        let server = try TestServer()
        let fixture = try await Fixture()
        _ = try await fixture.session.data(from: server.url("api.shop.localhost"))
        _ = try await fixture.session.data(from: server.url("notshop.localhost"))
        #expect(server.requests.map(\.traceHeaders.isEmpty) == [false, true])
        #expect(try await fixture.events().map(\.context.handspan.reason) == ["traced", "host_not_first_party"])
    }

    @Test(arguments: [Way.async, .ownSession])
    func thirdPartyHostGetsNothingButIsRecorded(way: Way) async throws {
        let server = try TestServer()
        let recorder = RecordingDelegate()
        let fixture = try await Fixture(delegate: recorder)
        _ = try await send(URLRequest(url: server.url("ads.localhost")), way, fixture, recorder)
        #expect(server.requests.first?.traceHeaders == [:])
        let event = try await fixture.event()
        #expect(event._dd.trace_id == nil)
        #expect(event.context.handspan.reason == "host_not_first_party")
    }

    @Test func theAppsOwnIdentityHeadersStayAndAreRecorded() async throws {
        let server = try TestServer()
        let fixture = try await Fixture()
        var request = URLRequest(url: server.url("shop.localhost"))
        request.setValue("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", forHTTPHeaderField: "traceparent")
        _ = try await fixture.session.data(for: request)
        let seen = try #require(server.requests.first)
        #expect(seen.traceHeaders == ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
        let event = try await fixture.event()
        #expect(event.carriesIds(of: seen))
        #expect(event.context.handspan.reason == "app_headers")
    }

    @Test func headersOfTheSessionsConfigurationCountAsTheApps() async throws {
        let server = try TestServer()
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpAdditionalHeaders = [
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        ]
        let fixture = try await Fixture(configuration: configuration)
        _ = try await fixture.session.data(from: server.url("shop.localhost"))
        let seen = try #require(server.requests.first)
        #expect(seen.traceHeaders == ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
        #expect(try await fixture.event().carriesIds(of: seen))
    }

    @Test func theNameAndPasswordInAURLAreNotRecorded() async throws {
        let server = try TestServer()
        let fixture = try await Fixture()
        let plain = server.url("shop.localhost", "/path").absoluteString
        let secret = try #require(URL(string: plain.replacingOccurrences(of: "://", with: "://user:password@")))
        _ = try await fixture.session.data(from: secret)
        let event = try await fixture.event()
        #expect(event.resource.url == plain)
        #expect(event.context.handspan.hops?.map(\.url) == [plain])
    }

    @Test func anUnkeptTraceSendsNothingOrSaysSo() async throws {
        let server = try TestServer()
        let silent = try await Fixture { $0.traceSampleRate = 0 }
        _ = try await silent.session.data(from: server.url("shop.localhost"))
        let spoken = try await Fixture {
            $0.traceSampleRate = 0
            $0.traceContextInjection = .all
        }
        _ = try await spoken.session.data(from: server.url("shop.localhost"))
        #expect(server.requests[0].traceHeaders == [:])
        #expect(server.requests[1].headers["x-datadog-sampling-priority"] == "0")
        #expect(server.requests[1].headers["traceparent"]?.hasSuffix("-00") == true)
    }

    private func send(
        _ request: URLRequest, _ way: Way, _ fixture: Fixture, _ recorder: RecordingDelegate
    ) async throws -> Data {
        var post = request
        post.httpMethod = "POST"
        let body = Data("body".utf8)
        let session = fixture.session
        switch way {
        case .async: return try await session.data(for: request).0
        case .asyncUpload: return try await session.upload(for: post, from: body).0
        case .asyncDownload: return try Data(contentsOf: try await session.download(for: request).0)
        case .closure:
            return try await result { session.dataTask(with: request, completionHandler: $0) }
        case .closureUpload:
            return try await result { session.uploadTask(with: post, from: body, completionHandler: $0) }
        case .closureDownload:
            return try await result { (done: @escaping @Sendable (Data?, URLResponse?, (any Error)?) -> Void) in
                session.downloadTask(with: request) { file, response, error in
                    done(file.flatMap { try? Data(contentsOf: $0) }, response, error)
                }
            }
        case .delegate: return try await recorder.run(session.dataTask(with: request))
        case .delegateUpload: return try await recorder.run(session.uploadTask(with: post, from: body))
        case .delegateDownload: return try await recorder.run(session.downloadTask(with: request))
        case .ownSession:
            let delegate = HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: recorder)
            let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
            return try await recorder.run(own.dataTask(with: request.traced(by: fixture.handspan)))
        }
    }

    private func result(
        _ make: (@escaping @Sendable (Data?, URLResponse?, (any Error)?) -> Void) -> URLSessionTask
    ) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            make { data, _, error in
                continuation.resume(with: data.map { .success($0) } ?? .failure(error ?? URLError(.unknown)))
            }.resume()
        }
    }
}
