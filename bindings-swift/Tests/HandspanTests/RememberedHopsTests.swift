import Foundation
import Testing

@testable import Handspan

import struct HandspanBindings.Header
import struct HandspanBindings.HopPlan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite struct RememberedHopsTests {
    private func remember(_ number: Int, in hops: RememberedHops) -> URLRequest {
        var request = URLRequest(url: URL(string: "http://shop.localhost/")!)
        let span = String(repeating: "0", count: 16 - String(number, radix: 16).count) + String(number, radix: 16)
        let plan = HopPlan(
            traced: true, reason: "traced", hostEntry: "shop.localhost",
            headers: [Header(name: "x-origin", value: "rum"), Header(name: "x-parent", value: String(number))],
            traceId: String(repeating: "a", count: 32), spanId: span, sampled: true, sessionId: "", rulePsr: 1)
        hops.remember(plan, SetHeaders(setting: plan, on: &request), plannedAt: UInt64(number))
        return request
    }

    @Test func aHopIsFoundByTheHeaderThatOnlyItHas() {
        let hops = RememberedHops()
        let first = remember(1, in: hops)
        let second = remember(2, in: hops)
        #expect(hops.claim(first)?.plannedAt == 1)
        #expect(hops.claim(second)?.plannedAt == 2)
        #expect(hops.claim(first)?.claimed == true)
        #expect(hops.stripped(first).allHTTPHeaderFields ?? [:] == [:])
    }

    @Test func theOldestIsForgottenFirst() {
        let hops = RememberedHops()
        let requests = (1...RememberedHops.capacity + 10).map { remember($0, in: hops) }
        #expect(requests.prefix(10).allSatisfy { hops.claim($0) == nil })
        #expect(requests.dropFirst(10).allSatisfy { hops.claim($0) != nil })
    }
}
