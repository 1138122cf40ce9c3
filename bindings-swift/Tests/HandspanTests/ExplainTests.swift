import Foundation
import Testing

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Why a request is or is not traced, asked in the app.
@Suite struct ExplainTests {
    private func request(_ url: String) -> URLRequest { URLRequest(url: URL(string: url)!) }

    @Test func aTracedRequestNamesItsHostItsFormatsAndItsRate() async throws {
        let fixture = try await Fixture {
            $0.firstPartyHosts = ["shop.localhost": HostRule(formats: [.tracecontext, .b3], sampleRate: 50)]
            $0.sessionSampleRate = 100
        }
        fixture.handspan.keepTraces(for: 60)
        let forced = fixture.handspan.explain(request("https://api.shop.localhost/cart"))
        #expect(forced.traced)
        #expect(forced.decidedBy == "forced")
        #expect(forced.hostEntry == "shop.localhost")
        #expect(forced.formats == ["tracecontext", "b3"])
        #expect(forced.headers.keys.sorted() == ["b3", "traceparent", "tracestate"])
        #expect(forced.traceRate == 50)
        #expect(forced.sessionRate == 100)
        #expect((0...100).contains(forced.sessionPosition))

        fixture.handspan.keepTraces(for: 0)
        let drawn = fixture.handspan.explain(request("https://api.shop.localhost/cart"))
        #expect(drawn.decidedBy == "rates")
        #expect(drawn.traced == (drawn.sessionPosition < 50))
        #expect(drawn.traceRateFrom?.contains("shop.localhost") == true)
        #expect(fixture.handspan.status.recorded == 0)
    }

    @Test(arguments: [
        ("https://ads.localhost/", "host_not_first_party", "host"),
        ("ftp://shop.localhost/", "unsupported_scheme", "scheme"),
    ])
    func anUntracedRequestSaysWhy(url: String, reason: String, decidedBy: String) async throws {
        let explanation = try await Fixture().handspan.explain(request(url))
        #expect(!explanation.traced)
        #expect(explanation.reason == reason)
        #expect(explanation.decidedBy == decidedBy)
        #expect(!explanation.words.isEmpty)
        #expect("\(explanation)" == "\(explanation.words) (\(reason))")
    }

    @Test func headersOfOursInHandAreNotTheApps() async throws {
        let fixture = try await Fixture()
        let traced = request("http://shop.localhost/").traced(by: fixture.handspan)
        #expect(fixture.handspan.explain(traced).reason == "traced")
        var own = request("http://shop.localhost/")
        own.setValue("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", forHTTPHeaderField: "traceparent")
        #expect(fixture.handspan.explain(own).decidedBy == "app_headers")
        // Asked about, it still waits to be sent.
        #expect(fixture.handspan.rememberedHops.claim(traced)?.claimed == false)
    }

    @Test func withoutACoreItSaysThat() async throws {
        let gate = DispatchSemaphore(value: 0)
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            throw CoreUnavailable(reason: "no library")
        }
        for expected in ["background thread", "no library"] {
            let explanation = handspan.explain(request("http://shop.localhost/"))
            #expect(explanation.reason == "not_ready")
            #expect(explanation.decidedBy == "core")
            #expect(explanation.words.contains(expected), "\(explanation.words)")
            gate.signal()
            _ = await handspan.awaitReady(timeout: 30)
        }
    }
}
