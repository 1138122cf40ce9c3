import Foundation
import Testing

import struct HandspanBindings.AccountInfo
import struct HandspanBindings.CoreConfiguration
import struct HandspanBindings.HopPlan
import struct HandspanBindings.HopRequest
import struct HandspanBindings.RequestIds
import struct HandspanBindings.UserInfo

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Whatever ids, users, app headers and configurations hold: what we set is what URLSession sends, byte for byte.
@Suite struct LegalValuesTests {
    private static let configurations = 60
    private static let requestsEach = 5

    @Test func everyValueThatWeSetArrivesUnchanged() async throws {
        let server = try TestServer()
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        var values = 0
        for seed in 0..<Self.configurations {
            var random = Nasty(seed: UInt64(seed))
            let core = try UniffiCore(random.configuration())
            defer { core.shutdown() }
            for number in 0..<Self.requestsEach {
                let label: Comment = "configuration \(seed), request \(number)"
                core.setUser(random.maybe { UserInfo(id: $0.text()) })
                core.setAccount(random.maybe { AccountInfo(id: $0.text()) })
                var request = URLRequest(url: server.url("shop.localhost", "/" + random.path()))
                for (name, value) in random.appHeaders() { request.setValue(value, forHTTPHeaderField: name) }
                let plan = core.plan(
                    HopRequest(
                        request, sessionHeaders: [:], traceHeaderNames: core.traceHeaderNames,
                        ids: random.maybe { $0.ids() }, keep: random.bool()))
                values += plan.headers.count
                guard !plan.headers.isEmpty else { continue }

                _ = SetHeaders(setting: plan, on: &request)
                for header in plan.headers {
                    #expect(header.value.utf8.allSatisfy { (0x20...0x7E).contains($0) }, label)
                    #expect(header.value == header.value.trimmingCharacters(in: .whitespaces), label)
                    #expect(request.value(forHTTPHeaderField: header.name) == header.value, label)
                }
                // What the app itself set may be no header at all; that one is not ours to send.
                for (name, value) in request.allHTTPHeaderFields ?? [:]
                where !value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
                    request.setValue(nil, forHTTPHeaderField: name)
                }
                let before = server.requests.count
                _ = try await session.data(for: request)
                let seen = try #require(server.requests.dropFirst(before).first, label)
                for header in plan.headers { #expect(seen.headers[header.name.lowercased()] == header.value, label) }
                #expect(seen.repeated.isDisjoint(with: seen.traceHeaders.keys), label)
                #expect(seen.headers["x-injected"] == nil, label)
            }
        }
        // Enough of them were traced for this to mean something.
        #expect(values > Self.configurations * Self.requestsEach)
        print("legal values: \(values) header values of \(server.requests.count) requests arrived unchanged")
    }
}

/// Seeded malice.
private struct Nasty {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func bool() -> Bool { below(2) == 0 }
    private mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    mutating func maybe<Value>(_ make: (inout Nasty) -> Value) -> Value? { bool() ? make(&self) : nil }

    private static let pieces = [
        "a", "Z", "0", "=", ",", ";", "%", "%20", "%zz", "\"", "\\", " ", "\t", "\r", "\n", "\r\nX-Injected: 1", "\0",
        "\u{7F}", "\u{80}", "ë", "ü", "日本", "👩‍👩‍👧", "\u{202E}", "\u{FEFF}", "\u{2028}", "&", "@", ".", "_", "-", "+",
        "/", ":", "(", "<", "{", "|", "~", "^",
    ]

    /// Anything that a string can hold, now and then long.
    mutating func text() -> String {
        let length = pick([0, 1, 3, 12, 40, 300, 3_000])
        return (0..<length).map { _ in pick(Self.pieces) }.joined()
    }

    mutating func path() -> String {
        text().addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? ""
    }

    mutating func ids() -> RequestIds {
        let hex = { (random: inout Nasty, count: Int) in
            String((0..<count).map { _ in random.pick(Array("0123456789abcdef")) })
        }
        let id = { (random: inout Nasty, count: Int) in
            random.pick([
                hex(&random, count), String(repeating: "0", count: count), String(repeating: "f", count: count),
                String(repeating: "0", count: count / 2) + hex(&random, count / 2), random.text(),
                hex(&random, count).uppercased(),
            ])
        }
        return RequestIds(
            traceId: maybe { id(&$0, 32) }, spanId: maybe { id(&$0, 16) },
            sessionId: maybe { $0.pick([UUID().uuidString, $0.text()]) }, sampled: maybe { $0.bool() })
    }

    mutating func appHeaders() -> [String: String] {
        var headers: [String: String] = [:]
        // An identity header ends it: then nothing of ours is set. Now and then is enough.
        let names =
            ["tracestate", "baggage", "x-datadog-origin", "x-datadog-tags"] + (below(8) == 0 ? ["b3", "sw8"] : [])
        for name in names where below(3) == 0 {
            headers[name] = pick([text(), "vendor=1", "a=1,b=2;p=\(text())", "\(text())=\(text())"])
        }
        return headers
    }

    mutating func configuration() -> CoreConfiguration {
        var settings = HandspanConfiguration(clientToken: "", applicationID: "", instance: UUID().uuidString)
        let formats = TraceFormat.allCases.filter { _ in bool() }
        let one = pick([TraceFormat.datadog, .tracecontext, .sw8])
        settings.firstPartyHosts = ["shop.localhost": HostRule(formats: formats + [one])]
        settings.service = maybe { $0.text() }
        settings.env = maybe { $0.text() }
        settings.version = maybe { $0.text() }
        settings.armsPID = maybe { $0.text() }
        settings.traceSampleRate = pick([100, 100, 0])
        settings.traceContextInjection = pick([.sampled, .all])
        settings.storageDir = nil
        return CoreConfiguration(settings)
    }
}
