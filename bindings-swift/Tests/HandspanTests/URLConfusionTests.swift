import Foundation
import Testing

import struct HandspanBindings.CoreConfiguration
import struct HandspanBindings.HopRequest

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// URLs that one parser reads as one host and another as another: the host that gets the bytes is the host that is matched.
@Suite struct URLConfusionTests {
    /// `A` and `B` are names, `P` is the port. Foundation sends some, refuses others; either is right.
    private static let shapes = [
        "http://A:P/", "http://A.:P/", "http://A:0P/", "http://@A:P/", "http://x:y@A:P/", "http://x:y@z@A:P/",
        "http://A@B:P/", "http://A:@B:P/", "http://A:P@B:P/", "http://A%3aP@B:P/", "http://A%2f@B:P/",
        "http://A%23@B:P/", "http://A%40B:P/", "http://A\\@B:P/", "http://A\\B:P/", "http://A:P\\.B/", "http://A[@B:P/",
        "http://A @B:P/", "http://A&@B:P/", "http://A;B:P/", "http://A,B:P/", "http://A:P#@B/", "http://A#@B:P/",
        "http://A:P?@B/", "http://A:P?next=http://B", "http://A:P//B/", "http://A:P/..//B/", "http://A:P/@B/",
        "http://A.B:P/", "http://A%2eB:P/", "http://A。B:P/", "http://B%2e:P/", "http://xA:P/", "http://x.A:P/",
        "http://%78.A:P/", "http://A%00.B:P/", "http://A\u{200B}:P/", "http://A\u{AD}:P/", "http://A\t.B:P/",
        "http://A\n:P/", " http://A:P/", "http:/A:P/", "http:A:P/", "http:///A:P/", "http:\\\\A:P/", "//A:P/",
        "hTTp://A:P/", "http://[A]:P/", "http://[::1%25A]:P/", "http://127.0.0.1:P/", "http://127.1:P/",
        "http://0x7f000001:P/", "http://2130706433:P/", "http://[::ffff:127.0.0.1]:P/",
    ]
    /// Both are this machine; the second is the app's. Written as a name may be, and as it should not matter.
    private static let names = [
        ("third.localhost", "first.localhost"), ("first.localhost", "third.localhost"),
        ("FIRST.LocalHost", "third.localhost"), ("ｆirst.localhost", "third.localhost"),
        ("fırst.localhost", "first.localhost"),
    ]

    private struct Table: Decodable {
        let urls: [Reading]
    }

    /// A URL of `tests/vectors/url_confusion.json`, and what URLSession was seen to make of it.
    private struct Reading: Decodable {
        struct Read: Decodable {
            let host: String
            let entry: String?
        }
        let name: String
        let url: String
        let first_party_hosts: [String]
        let urlsession: Read?
    }

    @Test func theCoreIsToldTheHostThatURLSessionReads() throws {
        let file = URL(fileURLWithPath: #filePath)
            .appendingPathComponent("../../../../tests/vectors/url_confusion.json").standardized
        let table = try JSONDecoder().decode(Table.self, from: Data(contentsOf: file))
        #expect(table.urls.count > 100)
        for reading in table.urls {
            let label: Comment = "\(reading.name): \(reading.url.debugDescription)"
            let url = URL(string: reading.url)
            #expect(url?.host == reading.urlsession?.host, label)
            guard let url, let read = reading.urlsession else { continue }
            var settings = HandspanConfiguration(clientToken: "", applicationID: "", instance: UUID().uuidString)
            settings.storageDir = nil
            for host in reading.first_party_hosts { settings.firstPartyHosts[host] = [.tracecontext] }
            let core = try UniffiCore(CoreConfiguration(settings))
            defer { core.shutdown() }
            let request = HopRequest(
                URLRequest(url: url), sessionHeaders: [:], traceHeaderNames: core.traceHeaderNames, ids: nil,
                keep: false)
            #expect(request.host == read.host, label)
            // Without a scheme nobody asks whose host it is.
            let entry = url.scheme == nil ? read.entry : core.plan(request).hostEntry
            #expect(entry == read.entry, label)
        }
    }

    @Test func theHostThatGetsTheBytesIsTheHostThatIsMatched() async throws {
        let server = try TestServer()
        let fixture = try await Fixture { $0.firstPartyHosts = ["first.localhost": [.tracecontext]] }
        var arrived = (ours: 0, others: 0, none: 0)
        for (a, b) in Self.names {
            for shape in Self.shapes {
                let text = shape.map { [Character("A"): a, "B": b, "P": String(server.port)][$0] ?? String($0) }
                    .joined()
                guard let url = URL(string: text) else { continue }
                let before = server.requests.count
                _ = try? await fixture.session.data(from: url)
                guard let request = server.requests.dropFirst(before).first else {
                    arrived.none += 1
                    continue
                }
                let host = try #require(request.headers["host"]).split(separator: ":")[0].lowercased()
                let name = host.hasSuffix(".") ? String(host.dropLast()) : host
                let isOurs = name == "first.localhost" || name.hasSuffix(".first.localhost")
                #expect(isOurs != request.traceHeaders.isEmpty, "\(text.debugDescription) went to \(host)")
                if isOurs { arrived.ours += 1 } else { arrived.others += 1 }
            }
        }
        print("confusing URLs: \(arrived.ours) went to us, \(arrived.others) elsewhere, \(arrived.none) nowhere")
        #expect(arrived.ours > 40)
        #expect(arrived.others > 40)
    }
}
