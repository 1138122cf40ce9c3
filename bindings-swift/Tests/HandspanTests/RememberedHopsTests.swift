import Foundation
import Testing

import struct HandspanBindings.Header
import struct HandspanBindings.HopPlan

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite struct RememberedHopsTests {
    private func waiting(_ number: Int, in hops: RememberedHops) -> URLRequest {
        let (request, plan, set) = hop(number)
        _ = hops.hold(plan, set, CallOptions(), plannedAt: UInt64(number))
        return request
    }

    private func remember(_ number: Int, in hops: RememberedHops) -> URLRequest {
        let (request, plan, set) = hop(number)
        hops.remember(plan, set, CallOptions(), plannedAt: UInt64(number))
        return request
    }

    private func hop(_ number: Int) -> (URLRequest, HopPlan, SetHeaders) {
        var request = URLRequest(url: URL(string: "http://shop.localhost/")!)
        let span = String(repeating: "0", count: 16 - String(number, radix: 16).count) + String(number, radix: 16)
        let plan = HopPlan(
            traced: true, reason: "traced", hostEntry: "shop.localhost",
            headers: [Header(name: "x-origin", value: "rum"), Header(name: "x-parent", value: String(number))],
            traceId: String(repeating: "a", count: 32), spanId: span, sampled: true, sessionId: "", rulePsr: 1)
        let set = SetHeaders(setting: plan, on: &request)
        return (request, plan, set)
    }

    @Test func aHopIsFoundByTheHeaderThatOnlyItHas() {
        let hops = RememberedHops()
        let first = waiting(1, in: hops)
        let second = waiting(2, in: hops)
        #expect(hops.claim(first)?.plannedAt == 1)
        #expect(hops.claim(second)?.plannedAt == 2)
        #expect(hops.claim(first)?.claimed == true)
        #expect(hops.stripped(first).allHTTPHeaderFields ?? [:] == [:])
    }

    @Test func ofThoseThatWereSentTheOldestIsForgottenFirst() {
        let hops = RememberedHops()
        let requests = (1...RememberedHops.capacity + 10).map { remember($0, in: hops) }
        #expect(requests.prefix(10).allSatisfy { hops.claim($0) == nil })
        #expect(requests.dropFirst(10).allSatisfy { hops.claim($0) != nil })
    }

    @Test func thoseThatWaitAreNotForgottenForOthers() {
        let hops = RememberedHops()
        let first = waiting(1, in: hops)
        for number in 2...RememberedHops.capacity + 10 { _ = remember(number, in: hops) }
        #expect(hops.claim(first)?.claimed == false)
    }

    @Test func withoutRoomARequestIsNotTracedAndTheStatusSaysIt() async throws {
        let fixture = try await Fixture()
        let request = URLRequest(url: URL(string: "http://shop.localhost/")!)
        let hops = fixture.handspan.rememberedHops
        let first = waiting(1, in: hops)
        for number in 2..<RememberedHops.waitingCapacity { _ = waiting(number, in: hops) }
        #expect((fixture.handspan.traced(request).allHTTPHeaderFields ?? [:]).count == 8)
        #expect(fixture.handspan.status.refusals == [])
        #expect(fixture.handspan.traced(request).allHTTPHeaderFields ?? [:] == [:])
        #expect(fixture.handspan.status.refusals.map(\.code) == ["too_many_unsent"])
        // One that is seen makes room.
        #expect(hops.claim(first) != nil)
        #expect((fixture.handspan.traced(request).allHTTPHeaderFields ?? [:]).count == 8)
    }
}
