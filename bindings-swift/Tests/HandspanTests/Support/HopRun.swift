import Foundation

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// How the app of a scenario sends.
enum HopWay: String, CaseIterable, Sendable {
    /// Through a ``HandspanSession``.
    case handspanSession = "HandspanSession"
    /// `traced(_:)`, and a session of the app's own with our delegate.
    case ownSession = "traced(_:)"

    /// Scenarios that this way has no means for, each with the reason.
    var cannot: [String: String] {
        switch self {
        case .handspanSession: [:]
        case .ownSession:
            [
                "a trace that is asked for, at a third party first":
                    "a request without headers of ours has no room for a note"
            ]
        }
    }
}

/// A scenario as it went.
struct HopRun: Sendable {
    /// How a call ended for the app.
    struct Ended: Sendable {
        let status: Int?
        let failed: Bool
    }

    let stage: HopStage
    let ended: [Ended]
    let events: [Event]

    /// Makes the calls of the scenario, one after the other.
    init(_ scenario: HopScenario, _ roles: [String: HopTable.Role], _ way: HopWay) async throws {
        stage = try HopStage(scenario, roles)
        let app = try await HopApp(scenario, roles, way)
        var ended: [Ended] = []
        for call in scenario.calls {
            ended.append(try await app.make(call, on: stage))
        }
        self.ended = ended
        events = try await app.events()
    }
}

/// The app of a scenario: what it has installed, and what it did last.
private final class HopApp: @unchecked Sendable {
    private let way: HopWay
    private let fixture: Fixture
    /// A second Handspan, that has only `other` as its host.
    private let second: Handspan?
    private let recorder: RecordingDelegate
    private let session: HandspanSession
    private let own: URLSession
    private let tracedTwice: Bool
    private var last: (request: URLRequest, task: URLSessionTask)?

    init(_ scenario: HopScenario, _ roles: [String: HopTable.Role], _ way: HopWay) async throws {
        self.way = way
        let configured = roles.values.compactMap(\.configured).map(HopStage.local)
        let formats = scenario.config?.formats?.compactMap { TraceFormat(rawValue: $0) }
        let rule = formats.map { HostRule(formats: $0) } ?? HostRule(sampleRate: nil)
        fixture = try await Fixture {
            $0.firstPartyHosts = Dictionary(uniqueKeysWithValues: configured.map { ($0, rule) })
            $0.sessionSampleRate = scenario.config?.session_sample_rate ?? 100
            $0.traceContextInjection =
                scenario.config?.trace_context_injection.flatMap { TraceContextInjection(rawValue: $0) } ?? .sampled
        }
        let follows = scenario.client?.follow_redirects ?? true
        recorder = RecordingDelegate(
            credential: scenario.client?.authenticator?.credential,
            onRedirect: { _, request, answer in answer(follows ? request : nil) })

        var inner: any URLSessionDelegate = recorder
        switch scenario.client?.installed ?? "once" {
        case "two_instances":
            var only = HandspanConfiguration.test(intake: fixture.intake)
            let host = HopStage.local(roles["other"]?.configured ?? "")
            only.firstPartyHosts = [host: rule]
            only.intakes = []
            let second = Handspan.start(only)
            _ = await second.awaitReady(timeout: 30)
            inner = HandspanURLSessionDelegate(handspan: second, forwardingTo: inner)
            self.second = second
            tracedTwice = false
        case let installed:
            second = nil
            tracedTwice = installed != "once"
            if tracedTwice { inner = HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: inner) }
        }
        session = HandspanSession(handspan: fixture.handspan, configuration: .ephemeral, delegate: inner)
        own = URLSession(
            configuration: .ephemeral,
            delegate: HandspanURLSessionDelegate(handspan: fixture.handspan, forwardingTo: inner), delegateQueue: nil)
    }

    func make(_ call: HopScenario.Call, on stage: HopStage) async throws -> HopRun.Ended {
        var request = try copy(call, on: stage)
        if let method = call.method { request.httpMethod = method }
        if let body = call.body { request.httpBody = Data(body.utf8) }
        for (name, value) in call.headers ?? [:] { request.setValue(value.values.first, forHTTPHeaderField: name) }

        let task = task(request, call)
        last = (request, task)
        let error: (any Error)?
        switch call.cancel {
        case nil: error = await end(of: task)
        case "before": error = await end(of: task, cancelled: true)
        case "in_body":
            recorder.onData { task.cancel() }
            error = await end(of: task)
        case let onHop?:
            let number = try found(onHop.split(separator: " ").last.flatMap { Int($0) }, onHop)
            async let ending = end(of: task)
            await stage.awaitArrival(number)
            task.cancel()
            error = await ending
        }
        return HopRun.Ended(status: (task.response as? HTTPURLResponse)?.statusCode, failed: error != nil)
    }

    func events() async throws -> [Event] { try await fixture.events() }

    private func copy(_ call: HopScenario.Call, on stage: HopStage) throws -> URLRequest {
        let to = try call.to.map { try found(stage.url($0), "no address \($0)") }
        guard let from = call.from else { return URLRequest(url: try found(to, "neither to nor from")) }
        let last = try found(last, "no call before")
        var request: URLRequest?
        switch from {
        case .clone: request = last.request
        case .response, .first_wire: request = last.task.originalRequest
        case .wire: request = last.task.currentRequest
        }
        if let to { request?.url = to }
        return try found(request, "no request to copy")
    }

    private func task(_ request: URLRequest, _ call: HopScenario.Call) -> URLSessionTask {
        let keep = call.keep ?? false
        let isSocket = call.websocket ?? false
        var request = request
        if isSocket, let url = request.url, var parts = URLComponents(url: url, resolvingAgainstBaseURL: true) {
            parts.scheme = parts.scheme == "https" ? "wss" : "ws"
            request.url = parts.url
        }
        if let second { request = request.traced(by: second) }
        if tracedTwice { request = request.traced(by: fixture.handspan) }
        switch way {
        case .handspanSession:
            let session = keep ? session.keepingTraces : session
            return isSocket ? session.webSocketTask(with: request) : session.dataTask(with: request)
        case .ownSession:
            request = request.traced(by: fixture.handspan, keep: keep)
            return isSocket ? own.webSocketTask(with: request) : own.dataTask(with: request)
        }
    }

    private func end(of task: URLSessionTask, cancelled: Bool = false) async -> (any Error)? {
        do {
            _ = try await recorder.run(task, cancelled: cancelled)
            return nil
        } catch {
            return error
        }
    }

    private func found<Value>(_ value: Value?, _ otherwise: String) throws -> Value {
        guard let value else { throw HopFault(description: otherwise) }
        return value
    }
}

/// The table asks for what the runner can't make of it.
struct HopFault: Error, CustomStringConvertible {
    let description: String
}

extension HopScenario.Client.Authenticator {
    /// Of `Authorization: Basic …`.
    var credential: URLCredential? {
        guard let basic = headers["Authorization"]?.split(separator: " ").last,
            let pair = Data(base64Encoded: String(basic)).map({ String(decoding: $0, as: UTF8.self) }),
            let colon = pair.firstIndex(of: ":")
        else { return nil }
        return URLCredential(
            user: String(pair[..<colon]), password: String(pair[pair.index(after: colon)...]), persistence: .none)
    }
}
