import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One request of the demo, and what should become of it.
struct DemoCase {
    enum Expectation: String {
        /// A span of the backend has the event's span as its parent.
        case joined
        /// Nothing was sent, on purpose.
        case notExpected = "not_expected"
        /// Ids were sent, but no server could see them.
        case noBackend = "no_backend"
    }

    /// How the request is sent.
    enum Way {
        case async, closure, ownSession
    }

    let name: String
    /// Nil: its backend does not run.
    let request: URLRequest?
    let expect: Expectation
    let way: Way

    static func all(_ demo: Demo) -> [DemoCase] {
        func make(
            _ name: String, _ backend: String, host: String? = nil, path: String = "/hello",
            to target: (backend: String, path: String)? = nil, way: Way = .async, _ expect: Expectation = .joined,
            headers: [String: String] = [:]
        ) -> DemoCase {
            let name = "swift-\(name)"
            let mark = URLQueryItem(name: "case", value: name)
            var query = [mark]
            var missing = false
            if let target {
                let url = demo.url(target.backend, path: target.path, [mark])
                query.append(URLQueryItem(name: "to", value: url?.absoluteString))
                missing = url == nil
            }
            var request = missing ? nil : demo.url(backend, host: host, path: path, query).map { URLRequest(url: $0) }
            for (header, value) in headers { request?.setValue(value, forHTTPHeaderField: header) }
            return DemoCase(name: name, request: request, expect: expect, way: way)
        }

        return [
            make("hello-shop", "shop"),
            make("subdomain", "shop", host: "api.shop.localhost", way: .closure),
            make("hello-pay", "pay", way: .ownSession),
            make("hello-embedded", "embedded"),
            make("third-party", "third", .notExpected),
            make("redirect-out", "shop", path: "/redirect", to: ("third", "/hello"), way: .ownSession),
            make("redirect-back", "third", path: "/redirect", to: ("shop", "/hello"), way: .closure),
            make("fail-500", "shop", path: "/fail"),
            make("fail-connect", "closed", .noBackend),
            make(
                "app-traceparent", "shop",
                headers: ["traceparent": "00-5817e0a1c2d34b6f8192a3b4c5d6e7f8-7a1b2c3d4e5f6071-01"]),
        ]
    }
}
