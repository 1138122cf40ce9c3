import Foundation
import Testing

import struct HandspanBindings.AccountInfo
import struct HandspanBindings.UserInfo

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A running Handspan over the real core, its intake, and a session. First-party: `shop.localhost`.
struct Fixture {
    let intake: FakeIntake
    let handspan: Handspan
    let session: HandspanSession

    init(
        delegate: (any URLSessionDelegate)? = nil, configuration: URLSessionConfiguration = .ephemeral,
        change: (inout HandspanConfiguration) -> Void = { _ in }
    ) async throws {
        intake = try FakeIntake()
        var settings = HandspanConfiguration.test(intake: intake)
        change(&settings)
        handspan = Handspan.start(settings)
        session = HandspanSession(handspan: handspan, configuration: configuration, delegate: delegate)
        try #require(await handspan.awaitReady(timeout: 30), "\(handspan.status)")
    }

    /// The events of all calls so far.
    func events() async throws -> [Event] {
        let flushed = await handspan.flush(timeout: 30)
        try #require(flushed, "\(handspan.status)")
        return try await intake.events()
    }

    /// The event of the only call so far.
    func event() async throws -> Event {
        let events = try await events()
        try #require(events.count == 1, "\(events)")
        return events[0]
    }
}

extension HandspanConfiguration {
    static func test(intake: FakeIntake) -> HandspanConfiguration {
        HandspanConfiguration(
            clientToken: "pub0123456789abcdef", applicationID: "6f5c8e9a-2b1d-4c3e-8f70-112233445566",
            firstPartyHosts: ["shop.localhost": [.datadog, .tracecontext]],
            service: "swift-tests", env: "test", version: "1.2.3",
            intakes: [.datadogURL(intake.url)],
            storageDir: nil, inspect: true, instance: UUID().uuidString)
    }
}

extension Event {
    /// Are the ids on the event those that the server saw?
    func carriesIds(of request: TestServer.Request) -> Bool {
        guard let parts = request.headers["traceparent"]?.split(separator: "-"), parts.count == 4,
            let span = UInt64(parts[2], radix: 16)
        else { return false }
        return _dd.trace_id == String(parts[1]) && _dd.span_id == String(span)
    }
}

extension TestServer.Request {
    /// Trace id of `traceparent`.
    var traceID: Substring? { part(1) }
    /// Span id of `traceparent`.
    var spanID: Substring? { part(2) }

    private func part(_ index: Int) -> Substring? {
        guard let parts = headers["traceparent"]?.split(separator: "-"), parts.count == 4 else { return nil }
        return parts[index]
    }
}

extension UserInfo {
    /// One of whom no more is known.
    init(id: String) {
        self.init(id: id, name: nil, email: nil, attributes: [])
    }
}

extension AccountInfo {
    /// One of which no more is known.
    init(id: String) {
        self.init(id: id, name: nil, attributes: [])
    }
}
