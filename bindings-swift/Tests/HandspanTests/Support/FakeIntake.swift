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

    /// Every event that came, in order.
    func events() async throws -> [Event] {
        var events: [Event] = []
        for request in server.requests where request.target.hasPrefix("/api/v2/rum") {
            let text = String(decoding: try await Self.decoded(request), as: UTF8.self)
            for line in text.split(separator: "\n") {
                events.append(try JSONDecoder().decode(Event.self, from: Data(line.utf8)))
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
    }
    struct Person: Decodable, Sendable {
        let id: String
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
