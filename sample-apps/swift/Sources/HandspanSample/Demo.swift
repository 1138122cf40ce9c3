import Foundation

/// Where the demo's servers are, as `HANDSPAN_DEMO` says: one JSON object.
struct Demo: Decodable {
    let inspector: String
    let storageDir: String?
    /// By name: `shop`, `pay`, `embedded`, `third`, `closed`. A backend that does not run has no key.
    let urls: [String: String]
    let remote: Bool?

    enum CodingKeys: String, CodingKey {
        case inspector, urls, remote
        case storageDir = "storage_dir"
    }

    private static let unreserved = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))

    static func fromEnvironment() throws -> Demo {
        guard let text = ProcessInfo.processInfo.environment["HANDSPAN_DEMO"] else {
            throw Problem("HANDSPAN_DEMO is not set: `cargo xtask demo` starts the servers and sets it")
        }
        return try JSONDecoder().decode(Demo.self, from: Data(text.utf8))
    }

    /// The URL of a path on a backend under one of its names; nil where the backend does not run.
    func url(_ backend: String, host: String? = nil, path: String, _ query: [URLQueryItem]) -> URL? {
        guard let base = urls[backend], var parts = URLComponents(string: base) else { return nil }
        if let host { parts.host = host }
        parts.path = path
        // Encoded by hand: URLComponents leaves `&` and `=` of a URL inside a value as they are.
        parts.percentEncodedQuery = query.map { item in
            let value = (item.value ?? "").addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? ""
            return "\(item.name)=\(value)"
        }.joined(separator: "&")
        return parts.url
    }
}

struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
