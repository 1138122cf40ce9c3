import Foundation
import Testing

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The app's delegate hears what it would hear without us.
@Suite struct ForwardingTests {
    @Test func aDelegateTaskReportsEverythingInOrder() async throws {
        let server = try TestServer { request in
            request.target == "/" ? .redirect(to: URL(string: "/end", relativeTo: nil)!) : .ok
        }
        let recorder = RecordingDelegate()
        let fixture = try await Fixture(delegate: recorder)
        let body = try await recorder.run(fixture.session.dataTask(with: server.url("shop.localhost")))
        #expect(body == Data("{}".utf8))
        #expect(recorder.seen.calls == ["redirect 302", "response", "data", "complete"])
    }

    @Test func aClosureTakesTheResultAndTheDelegateKeepsTheRest() async throws {
        let server = try TestServer { request in
            request.target == "/" ? .redirect(to: URL(string: "/end", relativeTo: nil)!) : .ok
        }
        let recorder = RecordingDelegate()
        let fixture = try await Fixture(delegate: recorder)
        let (data, response) = try await fixture.session.data(from: server.url("shop.localhost"))
        #expect(data == Data("{}".utf8))
        #expect(response.url?.path == "/end")
        #expect(recorder.seen.calls == ["redirect 302"])
    }

    @Test func uploadProgressIsHandedOn() async throws {
        let server = try TestServer()
        let recorder = RecordingDelegate()
        let fixture = try await Fixture(delegate: recorder)
        var request = URLRequest(url: server.url("shop.localhost"))
        request.httpMethod = "POST"
        let body = Data(repeating: 7, count: 300_000)
        _ = try await recorder.run(fixture.session.uploadTask(with: request, from: body))
        #expect(server.requests.first?.body == body)
        #expect(recorder.seen.sent == 300_000)
    }

    @Test func anAuthenticationChallengeIsAnsweredByTheApp() async throws {
        let server = try TestServer { request in
            // "user:secret"
            request.headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="
                ? .ok
                : TestServer.Response(status: 401, headers: ["WWW-Authenticate": "Basic realm=\"test\""])
        }
        let recorder = RecordingDelegate(
            credential: URLCredential(user: "user", password: "secret", persistence: .none))
        let fixture = try await Fixture(delegate: recorder)
        let (_, response) = try await fixture.session.data(from: server.url("shop.localhost"))
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
        #expect(recorder.seen.calls == ["challenge NSURLAuthenticationMethodHTTPBasic"])
    }

    @Test func aWebSocketIsACallUntilItOpens() async throws {
        let server = try TestServer { _ in TestServer.Response(ending: .webSocket) }
        let recorder = RecordingDelegate()
        let fixture = try await Fixture(delegate: recorder)
        var parts = try #require(
            URLComponents(url: server.url("shop.localhost", "/chat"), resolvingAgainstBaseURL: false))
        parts.scheme = "ws"
        let task = fixture.session.webSocketTask(with: try #require(parts.url), protocols: ["chat", "echo"])
        _ = try await recorder.run(task)
        #expect(recorder.seen.calls == ["open "])
        #expect(server.requests[0].headers["sec-websocket-protocol"] == "chat, echo")
        let event = try await fixture.event()
        #expect(event.carriesIds(of: server.requests[0]))
        #expect(event.resource.status_code == 101)
        task.cancel()
    }

    @Test func aPlainSessionDelegateIsEnough() async throws {
        final class Plain: NSObject, URLSessionDelegate, @unchecked Sendable {}
        let server = try TestServer { request in
            request.target == "/" ? .redirect(to: URL(string: "/end", relativeTo: nil)!) : .ok
        }
        let fixture = try await Fixture(delegate: Plain())
        let (data, _) = try await fixture.session.data(from: server.url("shop.localhost"))
        #expect(data == Data("{}".utf8))
    }

    @Test func theSessionTellsItsEndAndLetsTheDelegateGo() async throws {
        final class Ending: NSObject, URLSessionDelegate, @unchecked Sendable {
            let ended = AsyncStream.makeStream(of: Void.self)
            func urlSession(_ session: URLSession, didBecomeInvalidWithError error: (any Error)?) {
                ended.continuation.yield()
            }
        }
        let delegate = Ending()
        let fixture = try await Fixture(delegate: delegate)
        fixture.session.finishTasksAndInvalidate()
        for await _ in delegate.ended.stream { return }
        Issue.record("never told")
    }

    @Test func tasksThatAreGoneAreForgotten() {
        let table = CallTable()
        // Not a session's: that would let go of them in its own time. All made first: no address comes twice.
        var tasks = (0..<1_000).map { _ in URLSessionTask() }
        while let task = tasks.popLast() { table.set(.init(call: nil, completion: nil), for: task) }
        #expect(table.count < 1_000)
    }
}
