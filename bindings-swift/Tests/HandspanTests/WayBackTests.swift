import Foundation
import Testing

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A server that says which trace it worked in.
@Suite struct WayBackTests {
    private static let told = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    private static let other = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"

    private func event(
        of host: String, _ headers: [(name: String, value: String)]
    ) async throws -> (event: Event, request: TestServer.Request) {
        let server = try TestServer { _ in TestServer.Response(moreHeaders: headers) }
        let fixture = try await Fixture()
        _ = try await fixture.session.data(from: server.url(host))
        return (try await fixture.event(), server.requests[0])
    }

    @Test func aHostThatStartsItsOwnTraceIsJoined() async throws {
        let (event, _) = try await event(of: "ads.localhost", [("traceresponse", Self.told)])
        #expect(event._dd.trace_id == "0af7651916cd43dd8448eb211c80319c")
        #expect(event._dd.span_id == String(0xb7ad_6b71_6920_3331 as UInt64))
        #expect(
            event.context.handspan.server_trace
                == .init(
                    trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331", sampled: true,
                    header: "traceresponse"))
    }

    @Test func whereARequestCarriedOursTheIdsStayOurs() async throws {
        let (event, request) = try await event(
            of: "shop.localhost", [("Server-Timing", "traceparent;desc=\"\(Self.told)\"")])
        #expect(event.carriesIds(of: request))
        #expect(event.context.handspan.server_trace?.trace_id == "0af7651916cd43dd8448eb211c80319c")
        #expect(event.context.handspan.server_trace?.header == "server-timing")
    }

    private static let repeated: [[(name: String, value: String)]] = [
        [("Server-Timing", "cache;desc=\"hit, warm\";dur=1"), ("Server-Timing", "traceparent;desc=\"\(told)\"")],
        [("Server-Timing", "cache;dur=1"), ("Server-Timing", "traceparent;desc=\(told)")],
        [("traceresponse", "garbage"), ("traceresponse", told)],
        [("traceresponse", told), ("traceresponse", other)],
    ]

    @Test func aHeaderThatComesTwiceIsReadTwice() async throws {
        for headers in Self.repeated {
            let (event, _) = try await event(of: "ads.localhost", headers)
            #expect(event._dd.trace_id == "0af7651916cd43dd8448eb211c80319c", "\(headers)")
        }
    }

    @Test func whatIsMalformedOrTooLongIsPassedOver() async throws {
        for value in ["", "00-0-0-01", String(repeating: "0-", count: 30_000), "\u{e4}\u{f6}"] {
            let (event, _) = try await event(of: "ads.localhost", [("traceresponse", value), ("Server-Timing", value)])
            #expect(event._dd.trace_id == nil)
            #expect(event.context.handspan.server_trace == nil)
        }
    }

    @Test func theHeadersOfARedirectBelongToItsHop() async throws {
        let server = try TestServer { request in
            guard request.target == "/" else { return .ok }
            let port = request.headers["host"]!.split(separator: ":")[1]
            var answer = TestServer.Response.redirect(to: URL(string: "http://ads.localhost:\(port)/end")!)
            answer.moreHeaders = [("traceresponse", Self.told)]
            return answer
        }
        let fixture = try await Fixture()
        _ = try await fixture.session.data(from: server.url("shop.localhost"))
        let event = try await fixture.event()
        // The event tells about the hop that carried our trace, which the redirect answered.
        #expect(event.carriesIds(of: server.requests[0]))
        #expect(event.context.handspan.server_trace?.trace_id == "0af7651916cd43dd8448eb211c80319c")
    }
}
