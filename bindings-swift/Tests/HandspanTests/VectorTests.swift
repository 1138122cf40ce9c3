import Foundation
import Testing

import struct HandspanBindings.AccountInfo
import struct HandspanBindings.CoreConfiguration
import struct HandspanBindings.FirstPartyHost
import struct HandspanBindings.HopPlan
import struct HandspanBindings.HopRequest
import struct HandspanBindings.RequestIds
import struct HandspanBindings.UserInfo

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The shared vectors, through a URLRequest and the real core: the same bytes as from Rust and from Kotlin.
///
/// They are read from the folder that HANDSPAN_CASES names, else from the project's own.
@Suite struct VectorTests {
    static let folder =
        ProcessInfo.processInfo.environment["HANDSPAN_CASES"].map { URL(fileURLWithPath: $0) }
        ?? URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../tests/vectors").standardized

    /// Files with cases, by name.
    static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") && (try? cases($0))?.isEmpty == false }.sorted()
    }()

    @Test func thereAreVectors() {
        #expect(!Self.files.isEmpty, "no cases in \(Self.folder.path)")
    }

    @Test(arguments: VectorTests.files)
    func everyCaseOfAFile(file: String) throws {
        for vector in try Self.cases(file) {
            let name = try #require(vector["name"] as? String)
            if let host = vector["configured_host"] as? String {
                try check(host: host, accepted: vector["accepted"] as? String, name)
            } else {
                try check(plan: vector, name)
            }
        }
    }

    private static func cases(_ file: String) throws -> [[String: Any]] {
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appendingPathComponent(file)))
        return (document as? [String: Any])?["cases"] as? [[String: Any]] ?? []
    }

    private func check(plan vector: [String: Any], _ name: String) throws {
        let config = try #require(vector["config"] as? [String: Any], "\(name)")
        let given = try #require(vector["request"] as? [String: Any], "\(name)")
        let expected = try #require(vector["plan"] as? [String: Any], "\(name)")
        let core = try UniffiCore(CoreConfiguration(vector: config))
        defer { core.shutdown() }

        let address = try #require(given["url"] as? String, "\(name)")
        var request = URLRequest(url: try #require(URL(string: address), "\(name): Foundation refuses \(address)"))
        request.httpMethod = given["method"] as? String
        for (header, value) in given["headers"] as? [String: String] ?? [:] {
            request.setValue(value, forHTTPHeaderField: header)
        }
        let fixed = given["ids"] as? [String: Any] ?? [:]
        core.setUser((given["user_id"] as? String).map { UserInfo(id: $0) })
        core.setAccount((given["account_id"] as? String).map { AccountInfo(id: $0) })
        let plan = core.plan(
            HopRequest(
                request, sessionHeaders: [:], traceHeaderNames: core.traceHeaderNames,
                ids: RequestIds(
                    traceId: fixed["trace_id"] as? String, spanId: fixed["span_id"] as? String,
                    sessionId: fixed["session_id"] as? String, sampled: fixed["sampled"] as? Bool),
                keep: given["keep"] as? Bool ?? false))
        let found = plan.asVector
        for (key, value) in expected {
            let ours = try #require(found[key], "\(name): the plan has no \(key)")
            #expect(ours.isEqual(value), "\(name): \(key) is \(ours), not \(value)")
        }
    }

    private func check(host: String, accepted: String?, _ name: String) throws {
        let core = try UniffiCore(
            CoreConfiguration(vector: ["first_party_hosts": [host: ["tracecontext"]]]))
        defer { core.shutdown() }
        let refusals = core.status().refusals.filter { $0.code != "url_as_host" }
        guard let accepted else {
            #expect(refusals.count == 1, "\(name): \(refusals)")
            return
        }
        #expect(refusals.isEmpty, "\(name): \(refusals)")
        let address = accepted.contains(":") ? "http://[\(accepted)]/" : "http://\(accepted)/"
        let url = try #require(URL(string: address), "\(name)")
        let plan = core.plan(
            HopRequest(
                URLRequest(url: url), sessionHeaders: [:], traceHeaderNames: core.traceHeaderNames, ids: nil,
                keep: false))
        #expect(plan.hostEntry == accepted, "\(name)")
    }
}

extension CoreConfiguration {
    /// The SDK's JSON document, as far as vectors use it.
    fileprivate init(vector config: [String: Any]) {
        let hosts = config["first_party_hosts"] as? [String: Any] ?? [:]
        self.init(
            clientToken: "", applicationId: "", instance: UUID().uuidString, service: config["service"] as? String,
            env: nil,
            version: config["version"] as? String, source: config["source"] as? String ?? "android", storageDir: nil,
            firstPartyHosts: hosts.map { host, value in
                let rule = value as? [String: Any]
                let formats = value as? [String] ?? rule?["formats"] as? [String]
                return FirstPartyHost(
                    host: host, formats: formats ?? HostRule(sampleRate: nil).formats.map(\.rawValue),
                    sampleRate: (rule?["sample_rate"] as? NSNumber)?.doubleValue)
            },
            armsPid: config["arms_pid"] as? String,
            sessionSampleRate: (config["session_sample_rate"] as? NSNumber)?.doubleValue ?? 100,
            traceSampleRate: (config["trace_sample_rate"] as? NSNumber)?.doubleValue ?? 100,
            traceContextInjection: config["trace_context_injection"] as? String ?? "sampled",
            trackingConsent: config["tracking_consent"] as? String ?? "granted",
            intakes: [], remoteConfigurationUrl: nil, batchMaxAgeMs: 5_000, inspect: false, device: .current())
    }
}

extension HopPlan {
    /// The keys of a vector's plan.
    fileprivate var asVector: [String: NSObject] {
        [
            "traced": NSNumber(value: traced),
            "reason": NSString(string: reason),
            "host_entry": Self.orNull(hostEntry.map { NSString(string: $0) }),
            "headers": NSDictionary(dictionary: Dictionary(uniqueKeysWithValues: headers.map { ($0.name, $0.value) })),
            "header_names": NSArray(array: headers.map(\.name).sorted()),
            "trace_id": Self.orNull(traceId.map { NSString(string: $0) }),
            "span_id": Self.orNull(spanId.map { NSString(string: $0) }),
            "sampled": Self.orNull(sampled.map { NSNumber(value: $0) }),
        ]
    }

    private static func orNull(_ value: NSObject?) -> NSObject { value ?? NSNull() }
}
