import Foundation

@testable import Handspan

/// The servers of a scenario, one a role: whatever arrives, at whichever of them, gets the answer of the next hop.
final class HopStage: Sendable {
    /// A request that arrived.
    struct Arrival: Sendable {
        let role: String
        let request: TestServer.Request
    }

    private struct State {
        var arrivals: [Arrival] = []
        var servers: [String: TestServer] = [:]
    }

    /// The hops, those that come several times written out.
    let hops: [HopScenario.Hop]
    private let roles: [String: HopTable.Role]
    private let state = Locked(State())
    private let arrived = AsyncStream.makeStream(of: Int.self)

    init(_ scenario: HopScenario, _ roles: [String: HopTable.Role]) throws {
        hops = scenario.hops.flatMap { Array(repeating: $0, count: $0.times ?? 1) }
        self.roles = roles
        for role in roles.keys {
            let server = try TestServer { [weak self] in self?.answer($0, at: role) ?? .status(500) }
            state.withLock { $0.servers[role] = server }
        }
    }

    var arrivals: [Arrival] { state.withLock { $0.arrivals } }

    /// As the table has it, but every name is under `.localhost`, which is this machine.
    static func local(_ name: String) -> String { name.replacingOccurrences(of: ".test", with: ".localhost") }

    /// The URL of an address, `[scheme:][user@]role/path`.
    func url(_ address: String) -> URL? {
        var rest = Substring(address)
        var scheme: Substring = "http"
        if let colon = rest.firstIndex(of: ":"), rest[..<colon].allSatisfy(\.isLetter) {
            scheme = rest[..<colon]
            rest = rest[rest.index(after: colon)...]
        }
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        let user = authority.lastIndex(of: "@").map { authority[...$0] } ?? ""
        let role = String(authority.dropFirst(user.count))
        guard let host = roles[role]?.host, let port = state.withLock({ $0.servers[role]?.port }) else { return nil }
        return URL(string: Self.local("\(scheme)://\(user)\(host):\(port)\(path)"))
    }

    /// Waits until so many requests have arrived.
    func awaitArrival(_ number: Int) async {
        for await count in arrived.stream where count >= number { return }
    }

    private func answer(_ request: TestServer.Request, at role: String) -> TestServer.Response {
        let index = state.withLock { state in
            state.arrivals.append(Arrival(role: role, request: request))
            return state.arrivals.count - 1
        }
        defer { arrived.continuation.yield(index + 1) }
        guard hops.indices.contains(index) else { return .status(500) }
        let answer = hops[index].answer ?? HopScenario.Answer()
        var response = TestServer.Response(status: answer.status)
        if let location = answer.location {
            response.headers["Location"] = location.hasPrefix("/") ? location : url(location)?.absoluteString
        }
        response.moreHeaders = answer.headers.sorted { $0.key < $1.key }.flatMap { name, values in
            values.values.map { (name, $0) }
        }
        response.ending =
            switch answer.then {
            case .cut: .cut
            case .stall: .stall
            case .stall_in_body: .stallInBody
            case .websocket: .webSocket
            case .refuse_stream, nil: .whole
            }
        return response
    }
}
