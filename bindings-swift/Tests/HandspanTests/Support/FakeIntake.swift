import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An intake that takes everything and shows the events in it.
final class FakeIntake: Sendable {
    private let server: TestServer

    init() throws {
        server = try TestServer { request in
            request.method == "POST" ? TestServer.Response(status: 202) : .status(404)
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)" }

    /// Every request that came, its body as it was before it was compressed.
    func requests() async throws -> [TestServer.Request] {
        var requests = server.requests
        for index in requests.indices { requests[index].body = try await Self.decoded(requests[index]) }
        return requests
    }

    /// Every resource that came, in order.
    func events() async throws -> [Event] {
        var events: [Event] = []
        for request in try await requests() where request.target.hasPrefix("/api/v2/rum") {
            for line in String(decoding: request.body, as: UTF8.self).split(separator: "\n") {
                let line = Data(line.utf8)
                guard try JSONDecoder().decode(Kind.self, from: line).type == "resource" else { continue }
                events.append(try JSONDecoder().decode(Event.self, from: line))
            }
        }
        return events
    }

    /// URLSession decodes gzip by itself: the body is fetched from a server that says it is.
    private static func decoded(_ request: TestServer.Request) async throws -> Data {
        guard let encoding = request.headers["content-encoding"] else { return request.body }
        let body = request.body
        let echo = try TestServer { _ in TestServer.Response(headers: ["Content-Encoding": encoding], body: body) }
        return try await URLSession.shared.data(from: echo.url("127.0.0.1")).0
    }
}

private struct Kind: Decodable {
    let type: String
}

/// What the tests read of a resource event.
struct Event: Decodable, Sendable {
    struct Internals: Decodable, Sendable {
        let trace_id: String?
        let span_id: String?
    }
    struct Resource: Decodable, Sendable {
        let url: String
        let method: String?
        let status_code: Int?
        let size: Int?
        let duration: Int?
    }
    struct Context: Decodable, Sendable {
        let handspan: Ours
    }
    struct Ours: Decodable, Sendable {
        struct Failure: Decodable, Sendable {
            let kind: String
            let message: String
        }
        struct Hop: Decodable, Sendable {
            let url: String
            let reason: String
            let trace_id: String?
            let span_id: String?
            let status_code: Int?
            let start: Int?
            let duration: Int?
            let headers: [String: String]?
        }
        struct ServerTrace: Decodable, Sendable, Equatable {
            let trace_id: String
            let span_id: String
            let sampled: Bool
            let header: String
        }
        let reason: String
        let error: Failure?
        let hops: [Hop]?
        let resend_count: Int?
        let server_trace: ServerTrace?
        let remote_version: String?
    }
    struct Person: Decodable, Sendable {
        let id: String?
    }
    let type: String
    let source: String
    let service: String?
    let _dd: Internals
    let resource: Resource
    let context: Context
    let usr: Person?
    let account: Person?
}
