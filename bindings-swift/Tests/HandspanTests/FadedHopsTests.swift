import Foundation
import Testing

import struct HandspanBindings.Header
import struct HandspanBindings.HopPlan

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Hops of long ago: what is ours is still told from what is the app's.
@Suite struct FadedHopsTests {
    private func request(_ number: Int, _ headers: [String: String]) -> (URLRequest, SetHeaders) {
        var request = URLRequest(url: URL(string: "http://shop.localhost/")!)
        request.allHTTPHeaderFields = headers
        let plan = HopPlan(
            traced: true, reason: "traced", hostEntry: nil,
            headers: [Header(name: "x-parent", value: String(number)), Header(name: "tracestate", value: "ours")],
            traceId: "a", spanId: String(number, radix: 16), sampled: true, sessionId: "", rulePsr: 1)
        let set = SetHeaders(setting: plan, on: &request)
        return (request, set)
    }

    private func stripped(_ request: URLRequest, _ number: Int, _ hops: FadedHops) -> [String: String]? {
        var request = request
        guard let set = hops.find("x-parent:\(number)", on: request) else { return nil }
        set.strip(from: &request)
        // Foundation writes a known name in its own way.
        return Dictionary(
            uniqueKeysWithValues: (request.allHTTPHeaderFields ?? [:]).map { ($0.key.lowercased(), $0.value) })
    }

    @Test func theAppsOwnComesBackAndTheOldestIsForgottenFirst() {
        var hops = FadedHops(capacity: 2)
        let requests = (0..<3).map { number -> URLRequest in
            let (request, set) = request(number, number == 1 ? ["tracestate": "app", "x-app": "1"] : ["x-app": "1"])
            hops.add(set, "x-parent:\(number)")
            return request
        }
        #expect(stripped(requests[0], 0, hops) == nil)
        #expect(stripped(requests[1], 1, hops) == ["tracestate": "app", "x-app": "1"])
        #expect(stripped(requests[2], 2, hops) == ["x-app": "1"])
        #expect(stripped(requests[2], 3, hops) == nil)
    }

    @Test(arguments: ["as it is", "traced again", "HandspanSession"])
    func aRequestOfThousandsOfHopsAgoIsStripped(how: String) async throws {
        let server = try TestServer { request in
            guard request.target == "/" else { return .ok }
            let port = request.headers["host"]!.split(separator: ":")[1]
            return .redirect(to: URL(string: "http://ads.localhost:\(port)/end")!)
        }
        let fixture = try await Fixture()
        let handspan = fixture.handspan
        var request = URLRequest(url: server.url("shop.localhost"))
        request.setValue("vendor=1", forHTTPHeaderField: "tracestate")
        let traced = request.traced(by: handspan)
        #expect(handspan.rememberedHops.claim(traced) != nil)
        // Made and never resumed: each is a hop like any other.
        for _ in 0...RememberedHops.capacity { _ = fixture.session.dataTask(with: server.url("shop.localhost")) }
        #expect(handspan.rememberedHops.claim(traced) == nil)

        switch how {
        case "HandspanSession": _ = try await fixture.session.data(for: traced)
        case let how:
            let recorder = RecordingDelegate()
            let delegate = HandspanURLSessionDelegate(handspan: handspan, forwardingTo: recorder)
            let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
            _ = try await recorder.run(own.dataTask(with: how == "as it is" ? traced : traced.traced(by: handspan)))
        }
        #expect(server.requests.map { $0.traceHeaders.count } == [8, 1])
        #expect(server.requests[1].traceHeaders == ["tracestate": "vendor=1"])
        let event = try await fixture.event()
        #expect(event.carriesIds(of: server.requests[0]))
        #expect(event.context.handspan.hops?.map(\.reason).last == "host_not_first_party")
    }

    @Test func aRequestThatIsTracedTwiceDoesNotWaitTwice() {
        let hops = RememberedHops()
        for number in 1...RememberedHops.waitingCapacity + 1 {
            var request = URLRequest(url: URL(string: "http://shop.localhost/")!)
            let plan = HopPlan(
                traced: true, reason: "traced", hostEntry: nil,
                headers: [Header(name: "x-parent", value: String(number))],
                traceId: "a", spanId: String(number, radix: 16), sampled: true, sessionId: "", rulePsr: 1)
            let held = hops.hold(plan, SetHeaders(setting: plan, on: &request), CallOptions(), plannedAt: 0)
            #expect(held)
            hops.strip(&request)
        }
        #expect(hops.refusal == nil)
    }
}
