import Foundation
import Testing

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Calls that end badly: recorded, and the app hears what it would hear without us.
@Suite struct FailureTests {
    @Test func aServerErrorIsAnAnswer() async throws {
        let server = try TestServer { _ in .status(500) }
        let fixture = try await Fixture()
        let (_, response) = try await fixture.session.data(from: server.url("shop.localhost"))
        #expect((response as? HTTPURLResponse)?.statusCode == 500)
        let event = try await fixture.event()
        #expect(event.resource.status_code == 500)
        #expect(event.carriesIds(of: server.requests[0]))
        #expect(event.context.handspan.error == nil)
    }

    @Test func aRefusedConnectionIsTheSameErrorAndIsRecorded() async throws {
        let url = URL(string: "http://shop.localhost:\(try TestServer.closedPort())/")!
        let fixture = try await Fixture()
        let ours = await failure { try await fixture.session.data(from: url) }
        let theirs = await failure { try await URLSession.shared.data(from: url) }
        #expect(ours == theirs)

        let event = try await fixture.event()
        #expect(event.context.handspan.error?.kind == "NSURLErrorDomain -1004")
        #expect(event.resource.status_code == nil)
        #expect(event._dd.trace_id != nil)
        #expect(event._dd.span_id != nil)
        #expect(event.context.handspan.hops?.count == 1)
    }

    @Test func aRedirectIntoNowhereKeepsBothHops() async throws {
        let closed = URL(string: "http://shop.localhost:\(try TestServer.closedPort())/")!
        let server = try TestServer { _ in .redirect(to: closed) }
        let fixture = try await Fixture()
        _ = await failure { try await fixture.session.data(from: server.url("shop.localhost")) }
        let event = try await fixture.event()
        #expect(event.context.handspan.hops?.map(\.status_code) == [302, nil])
        #expect(event.context.handspan.error?.kind == "NSURLErrorDomain -1004")
    }

    @Test func aCancelledRequestIsTheSameErrorAndIsRecorded() async throws {
        let entered = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let server = try TestServer { _ in
            entered.continuation.yield()
            release.wait()
            return .ok
        }
        defer { release.signal() }
        let fixture = try await Fixture()
        let request = Task { try await fixture.session.data(from: server.url("shop.localhost")) }
        for await _ in entered.stream { break }
        request.cancel()
        let error = await failure { try await request.value }
        #expect(error?.code == NSURLErrorCancelled)
        #expect(try await fixture.event().context.handspan.error?.kind == "NSURLErrorDomain -999")
    }

    @Test func aTaskCancelledBeforeItBeganReportsToo() async throws {
        let server = try TestServer()
        let recorder = RecordingDelegate()
        let fixture = try await Fixture(delegate: recorder)
        let task = fixture.session.dataTask(with: server.url("shop.localhost"))
        let error = await failure { try await recorder.run(task, cancelled: true) }
        #expect(error?.code == NSURLErrorCancelled)
        #expect(server.requests.isEmpty)
        #expect(try await fixture.event().context.handspan.error?.kind == "NSURLErrorDomain -999")
    }

    @Test func anUnknownSchemeIsRefusedByURLSessionAlone() async throws {
        let fixture = try await Fixture()
        let url = URL(string: "nonsense://shop.localhost/")!
        let error = await failure { try await fixture.session.data(from: url) }
        #expect(error?.code == NSURLErrorUnsupportedURL)
        #expect(try await fixture.event().context.handspan.reason == "unsupported_scheme")
    }
}

/// What matters in an error.
struct Failure: Equatable {
    let domain: String
    let code: Int
}

/// The error that the body throws; a failed test where it throws none.
func failure<Value>(of body: () async throws -> Value) async -> Failure? {
    do {
        _ = try await body()
        Issue.record("nothing was thrown")
        return nil
    } catch {
        return Failure(domain: (error as NSError).domain, code: (error as NSError).code)
    }
}
