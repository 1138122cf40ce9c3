import Foundation
import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An app that is led by its standard input: a line each way. It ends with its input.
struct Follow {
    let handspan: Handspan
    let sender: Sender

    func run() async throws {
        try answer("ready")
        while let line = readLine() {
            let words = line.split(separator: " ", maxSplits: 1)
            switch words.first {
            case "get": try answer(await get(String(words.last ?? "")))
            case "background":
                handspan.enterBackground()
                try answer("background")
            case "foreground":
                handspan.enterForeground()
                try answer("foreground")
            case "flush": try answer(await handspan.flush(timeout: 15) ? "flushed" : "not flushed")
            case "status": try answer("status")
            default: throw Problem("what is \(line)?")
            }
        }
        handspan.shutdown()
    }

    private func get(_ text: String) async throws -> String {
        guard let url = URL(string: text) else { throw Problem("\(text) is no URL") }
        let outcome = await sender.send(URLRequest(url: url), .async)
        return outcome.status.map(String.init) ?? outcome.error ?? "nothing"
    }

    private func answer(_ said: String) throws {
        let status = handspan.status
        let line: [String: Any] = [
            "said": said, "remote": status.remote ?? NSNull(), "remote_version": status.remoteVersion ?? NSNull(),
        ]
        let json = try JSONSerialization.data(withJSONObject: line, options: [.sortedKeys])
        FileHandle.standardOutput.write(json + Data("\n".utf8))
    }
}
