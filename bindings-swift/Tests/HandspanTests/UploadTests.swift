import Foundation
import Testing

import struct HandspanBindings.CoreConfiguration
import struct HandspanBindings.Header
import struct HandspanBindings.PublicKey

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Where events go, when, and what becomes of them on the way.
@Suite struct UploadTests {
    /// Events of an app's first call: the request, and its view when it begins and with the request in it.
    private static let ofACall: UInt64 = 3

    /// Makes a call to the first-party host and tells the request as it was on the wire.
    private func call(_ fixture: Fixture, _ path: String = "/") async throws -> TestServer.Request {
        let server = try TestServer()
        _ = try await fixture.session.data(from: server.url("shop.localhost", path))
        return try #require(server.requests.first)
    }

    private func rum(_ fixture: Fixture) throws -> TrackStats {
        try #require(fixture.handspan.stats.tracks.first { $0.track == "rum" })
    }

    @Test func anOTLPReceiverGetsTheSpanWhoseIdsWereOnTheWire() async throws {
        let receiver = try FakeIntake()
        let fixture = try await Fixture {
            $0.intakes = [.otlp(url: receiver.url + "/", headers: ["x-tenant": "shop"], encoding: .json)]
        }
        let wire = try await call(fixture, "/cart")
        #expect(await fixture.handspan.flush(timeout: 30), "\(fixture.handspan.stats)")
        let request = try #require(try await receiver.requests().first)
        #expect(request.target == "/v1/traces")
        #expect(request.headers["x-tenant"] == "shop")
        #expect(request.headers["dd-api-key"] == nil)
        let span = try #require(
            JSONDecoder().decode(OTLPTraces.self, from: request.body).resourceSpans.first?.scopeSpans.first?.spans.first)
        #expect(span.traceId == wire.traceID.map(String.init))
        #expect(span.spanId == wire.spanID.map(String.init))
        let url = span.attributes.first { $0.key == "url.full" }?.value.stringValue
        #expect(url?.hasSuffix("/cart") == true)
    }

    @Test func protobufIsTheDefaultOfAnOTLPReceiver() async throws {
        let receiver = try FakeIntake()
        let fixture = try await Fixture { $0.intakes = [.otlp(url: receiver.url)] }
        let wire = try await call(fixture)
        #expect(await fixture.handspan.flush(timeout: 30), "\(fixture.handspan.stats)")
        let request = try #require(try await receiver.requests().first)
        #expect(request.headers["content-type"] == "application/x-protobuf")
        for id in [wire.traceID, wire.spanID] {
            let bytes = Data(hex: try #require(id))
            #expect(request.body.range(of: bytes) != nil)
        }
    }

    @Test func withoutANetworkNothingIsTriedAndWhatWaitsGoesOnceThereIsOne() async throws {
        let fixture = try await Fixture()
        fixture.handspan.setUploadConditions(UploadConditions(network: .none))
        _ = try await call(fixture)
        #expect(await fixture.handspan.flush(timeout: 30) == false)
        #expect(fixture.handspan.stats.hold == "no_network")
        #expect(try rum(fixture).stored == Self.ofACall)
        #expect(try rum(fixture).waitingEvents == Self.ofACall)
        #expect(try rum(fixture).requests == 0)
        #expect(try await fixture.intake.requests().isEmpty)
        fixture.handspan.setUploadConditions(UploadConditions(network: .unmetered))
        #expect(try await fixture.events().count == 1)
        #expect(fixture.handspan.stats.hold == nil)
    }

    @Test(arguments: [
        (UploadConditions(batteryLow: true), "battery_low"), (UploadConditions(lowPower: true), "low_power"),
        (UploadConditions(network: .metered), "metered"),
    ])
    func thePolicySaysWhatTheStateOfThePhoneForbids(conditions: UploadConditions, hold: String) async throws {
        for allowed in [false, true] {
            let fixture = try await Fixture {
                $0.uploadPolicy =
                    allowed
                    ? UploadPolicy(batteryLow: true, lowPower: true, meteredIntervalMs: 0) : UploadPolicy(metered: false)
            }
            fixture.handspan.setUploadConditions(conditions)
            _ = try await call(fixture)
            #expect(await fixture.handspan.flush(timeout: 30) == allowed)
            #expect(fixture.handspan.stats.hold == (allowed ? nil : hold))
            let events = try await fixture.intake.events()
            #expect(events.count == (allowed ? 1 : 0))
        }
    }

    @Test func theStatsAddUp() async throws {
        let fixture = try await Fixture {
            $0.inspect = false
            $0.batchMaxAgeMs = 3_600_000
        }
        for _ in 1...3 { _ = try await call(fixture) }
        #expect(try await fixture.events().count == 3)
        let (stats, rum) = (fixture.handspan.stats, try rum(fixture))
        #expect(stats.tracks.map(\.track) == ["rum", "logs", "spans"])
        // Three requests and two updates of their view, of which the second replaces the first.
        #expect([rum.recorded, rum.recovered, rum.stored, rum.sent, rum.waitingEvents] == [5, 0, 5, 4, 0])
        #expect(rum.superseded == 1)
        #expect(rum.dropped == [:])
        #expect(rum.lastAnswer == "202")
        let requests = try await fixture.intake.requests()
        #expect(rum.requests == UInt64(requests.count))
        #expect(rum.bytesSent > 0)
        let intake = try #require(stats.intakes.first)
        #expect(intake.name.hasPrefix("datadog-"))
        #expect(intake.taken == rum.requests)
        #expect(intake.failures == 0)
        #expect(stats.wakeUps > 0)
    }

    @Test func eventsGoByTheProxy() async throws {
        let proxy = try FakeIntake()
        let fixture = try await Fixture {
            $0.intakes = [.datadogURL("http://intake.invalid")]
            $0.proxy = proxy.url.replacingOccurrences(of: "//", with: "//me:word@")
        }
        _ = try await call(fixture)
        #expect(await fixture.handspan.flush(timeout: 30), "\(fixture.handspan.stats)")
        let request = try #require(try await proxy.requests().first)
        #expect(request.target.hasPrefix("http://intake.invalid/api/v2/rum"))
        #expect(request.headers["proxy-authorization"] == "Basic \(Data("me:word".utf8).base64EncodedString())")
    }

    @Test(arguments: [true, false])
    func withAKeyNothingLegibleLiesInTheFolderAndTheNextStartSendsIt(encrypted: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        func start() async throws -> Fixture {
            try await Fixture {
                $0.storageDir = folder.path
                $0.encryptionKey = encrypted ? Data(0..<32) : nil
            }
        }
        let first = try await start()
        first.handspan.setUploadConditions(UploadConditions(network: .none))
        _ = try await call(first, "/a-secret-page")
        #expect(await first.handspan.flush(timeout: 30) == false)
        #expect(first.handspan.status.storage == "folder")
        first.handspan.shutdown()
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).compactMap {
            FileManager.default.contents(atPath: folder.appendingPathComponent($0).path)
        }
        #expect(files.contains { $0.range(of: Data("a-secret-page".utf8)) != nil } == !encrypted)

        // The first one's intake is gone: batches go where this start sends them.
        let second = try await start()
        #expect(try await second.event().resource.url.hasSuffix("/a-secret-page"))
        #expect(try rum(second).recovered == Self.ofACall)
        #expect(try rum(second).dropped == [:])
    }

    @Test func aServerThatDoesNotProveItselfGetsNothing() async throws {
        let server = try FakeIntake()
        let fixture = try await Fixture {
            $0.intakes = [.datadogURL(server.url.replacingOccurrences(of: "http:", with: "https:"))]
            // One try, the flush's.
            $0.batchMaxAgeMs = 3_600_000
        }
        _ = try await call(fixture)
        #expect(await fixture.handspan.flush(timeout: 30) == false)
        #expect(try rum(fixture).sent == 0)
        #expect(try rum(fixture).waitingEvents == Self.ofACall)
        #expect(fixture.handspan.stats.intakes.map(\.failures) == [1])
        #expect(try await server.requests().isEmpty)
    }

    @Test func everyValueReachesTheCore() throws {
        var configuration = HandspanConfiguration.test(intake: try FakeIntake())
        configuration.intakes = [.otlp(url: "http://o", headers: ["n": "v"], encoding: .json)]
        configuration.encryptionKey = Data([1, 2])
        configuration.rootCertificates = ["pem"]
        configuration.certificatePins = ["h": ["sha256/x"]]
        configuration.proxy = "http://p"
        configuration.uploadPolicy = UploadPolicy(
            metered: false, batteryLow: true, lowPower: true, meteredIntervalMs: 8, backgroundIntervalMs: -9)
        configuration.telemetry = true
        configuration.remoteConfigurationURL = "http://r"
        configuration.remoteConfigurationKeys = ["k": "AAAA"]
        configuration.installID = "me"
        configuration.enabled = false
        let core = CoreConfiguration(configuration)
        #expect(core.remoteConfigurationUrl == "http://r")
        #expect(core.remoteConfigurationKeys == [PublicKey(id: "k", key: "AAAA")])
        #expect(core.installId == "me" && !core.enabled)
        #expect(core.intakes.map(\.kind) == ["otlp"])
        #expect(core.intakes.map(\.url) == ["http://o"])
        #expect(core.intakes.map(\.encoding) == ["json"])
        #expect(core.intakes.map(\.headers) == [[Header(name: "n", value: "v")]])
        #expect(core.encryptionKey == Data([1, 2]))
        #expect(core.rootCertificates == ["pem"])
        #expect(core.certificatePins.map(\.host) == ["h"])
        #expect(core.certificatePins.map(\.pins) == [["sha256/x"]])
        #expect(core.proxy == "http://p")
        #expect(core.upload?.metered == false)
        #expect(core.upload?.batteryLow == true)
        #expect(core.upload?.lowPower == true)
        #expect(core.upload?.meteredIntervalMs == 8)
        #expect(core.upload?.backgroundIntervalMs == 0)
        #expect(core.telemetry)
    }

    @Test func aWayToTheIntakeThatCannotBeTakenIsRefusedValueByValue() async throws {
        let fixture = try await Fixture {
            $0.rootCertificates = ["pem"]
            $0.certificatePins = ["h.test": ["sha256/x"]]
            $0.proxy = "socks://p"
            $0.encryptionKey = Data([1])
            $0.uploadPolicy.backgroundIntervalMs = .max
        }
        let refusals = fixture.handspan.status.refusals.map { "\($0.field): \($0.code)" }
        #expect(
            Set(refusals) == [
                "root_certificates[0]: invalid_certificate", "certificate_pins[\"h.test\"]: invalid_pin",
                "proxy: invalid_url", "encryption_key: invalid_key", "upload.background_interval_ms: out_of_range",
            ])
    }

    @Test func secretsStayOutOfLogs() throws {
        var configuration = HandspanConfiguration.test(intake: try FakeIntake())
        configuration.clientToken = "secret-token"
        configuration.encryptionKey = Data("secret-key".utf8)
        configuration.proxy = "http://me:secret-word@p"
        configuration.intakes = [
            .datadog(site: .eu1), .proxy(url: "https://p/secret-path"),
            .otlp(url: "https://o/secret", headers: ["authorization": "secret-header"]),
        ]
        for text in ["\(configuration)", String(reflecting: configuration), "\([configuration])"] {
            #expect(!text.contains("secret"))
            #expect(text.contains("eu1") && text.contains("swift-tests"))
        }
    }

    @Test func whatIsSaidBeforeTheCoreIsReadyIsToldTheLastWordOnly() async throws {
        let gate = DispatchSemaphore(value: 0)
        let core = FakeCore()
        let handspan = Handspan.start { () throws(CoreUnavailable) in
            gate.wait()
            return core
        }
        handspan.setUploadConditions(UploadConditions(network: .none))
        handspan.enterBackground()
        handspan.setUploadConditions(UploadConditions(network: .metered))
        handspan.enterForeground()
        #expect(handspan.stats == HandspanStats())
        #expect(core.told.words == [])
        gate.signal()
        #expect(await handspan.awaitReady(timeout: 30))
        #expect(Set(core.told.words) == ["metered", "foreground"])
        handspan.enterBackground()
        #expect(core.told.words.count == 3 && core.told.words.last == "background")
        #expect(handspan.stats.wakeUps == 1)
        handspan.shutdown()
        handspan.enterForeground()
        #expect(core.told.words.count == 3)
    }
}

/// What the tests read of an OTLP request in JSON.
private struct OTLPTraces: Decodable {
    struct Resource: Decodable {
        let scopeSpans: [Scope]
    }
    struct Scope: Decodable {
        let spans: [Span]
    }
    struct Span: Decodable {
        let traceId: String
        let spanId: String
        let attributes: [Attribute]
    }
    struct Attribute: Decodable {
        struct Value: Decodable {
            let stringValue: String?
        }
        let key: String
        let value: Value
    }
    let resourceSpans: [Resource]
}

extension Data {
    fileprivate init(hex: Substring) {
        self.init(stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) })
    }
}
