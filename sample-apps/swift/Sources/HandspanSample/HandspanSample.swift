import Foundation
import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An app that sends the demo's requests through URLSession, prints a JSON line for each and ends; with `--follow` it does what
/// its standard input says.
@main
struct HandspanSample {
    static func main() async {
        do {
            try await run(Demo.fromEnvironment())
        } catch {
            say("\(error)")
            exit(2)
        }
    }

    private static func run(_ demo: Demo) async throws {
        let handspan = Handspan.start(
            HandspanConfiguration(
                clientToken: "pub0000000000000000000000000demo",
                applicationID: "c1a7e5b0-3d52-4f6e-9b1a-5d0f6e7a8b9c",
                firstPartyHosts: [
                    "shop.localhost": [.datadog, .tracecontext],
                    "pay.localhost": [.datadog, .tracecontext],
                    "embedded.localhost": [.tracecontext],
                ],
                service: "sample-swift", env: "demo", version: "1.0",
                intakes: [.datadogURL(demo.inspector)],
                storageDir: demo.storageDir,
                remoteConfigurationURL: demo.remote == true ? demo.inspector + "/config.json" : nil,
                batchMaxAgeMs: 1_000, inspect: true))
        // An app need not wait: its first requests would pass untouched. The demo wants each of them traced.
        if !(await handspan.awaitReady(timeout: 10)) { say("not ready: \(handspan.status.reason ?? "")") }

        let sender = Sender(handspan)
        if CommandLine.arguments.contains("--follow") {
            return try await Follow(handspan: handspan, sender: sender).run()
        }
        for demoCase in DemoCase.all(demo) {
            guard let request = demoCase.request else {
                say("left out, its backend does not run: \(demoCase.name)")
                continue
            }
            let outcome = await sender.send(request, demoCase.way)
            try report(demoCase, request, outcome)
        }
        if !(await handspan.flush(timeout: 10)) { say("not everything was sent: \(handspan.status)") }
        handspan.shutdown()
    }

    private static func report(_ demoCase: DemoCase, _ request: URLRequest, _ outcome: Sender.Outcome) throws {
        let line: [String: Any] = [
            "app": "swift",
            "case": demoCase.name,
            "url": request.url?.absoluteString ?? "",
            "status": outcome.status ?? NSNull(),
            "error": outcome.error ?? NSNull(),
            "expect": demoCase.expect.rawValue,
        ]
        let json = try JSONSerialization.data(withJSONObject: line, options: [.sortedKeys, .withoutEscapingSlashes])
        FileHandle.standardOutput.write(json + Data("\n".utf8))
    }

    private static func say(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}
