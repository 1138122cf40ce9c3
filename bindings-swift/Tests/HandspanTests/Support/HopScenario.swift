import Foundation

/// The table of `tests/hops/scenarios.json`, as its README describes it.
struct HopTable: Decodable, Sendable {
    /// A host that takes part.
    struct Role: Decodable, Sendable {
        /// Its name, under `.test`.
        let host: String
        let first_party: Bool
        /// As the app configures it.
        let configured: String?
    }

    let hosts: [String: Role]
    let scenarios: [HopScenario]

    static func read() throws -> HopTable {
        let file = URL(fileURLWithPath: #filePath)
            .appendingPathComponent("../../../../../tests/hops/scenarios.json").standardized
        return try JSONDecoder().decode(HopTable.self, from: Data(contentsOf: file))
    }
}

/// One line of the table.
struct HopScenario: Decodable, Sendable {
    /// What the app does.
    struct Call: Decodable, Sendable {
        enum Copy: String, Decodable, Sendable { case response, wire, first_wire, clone }

        let to: String?
        let from: Copy?
        let method: String?
        let body: String?
        let one_shot: Bool?
        let headers: [String: OneOrMore]?
        let keep: Bool?
        let websocket: Bool?
        let cancel: String?
        let ends: Ending?
        let resend_count: Int?
        let traced: String?
        let reported: Bool?
    }

    /// A request that arrives.
    struct Hop: Decodable, Sendable {
        let at: String
        let method: String?
        let call: CallIndex?
        let carries: String
        let app: [String: OneOrMore]?
        let missed: [String: String]?
        let sent_again: [String: String]?
        let answer: Answer?
        let times: Int?
    }

    /// What the server answers.
    struct Answer: Decodable, Sendable {
        enum Then: String, Decodable, Sendable { case cut, stall, stall_in_body, refuse_stream, websocket }

        var status = 200
        var location: String?
        var headers: [String: OneOrMore] = [:]
        var then: Then?

        private enum Key: String, CodingKey { case status, location, headers, then }

        init() {}

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
                status = Int(parts[0]) ?? 0
                location = parts.count > 1 ? parts[1] : nil
                return
            }
            let values = try decoder.container(keyedBy: Key.self)
            status = try values.decodeIfPresent(Int.self, forKey: .status) ?? 200
            location = try values.decodeIfPresent(String.self, forKey: .location)
            headers = try values.decodeIfPresent([String: OneOrMore].self, forKey: .headers) ?? [:]
            then = try values.decodeIfPresent(Then.self, forKey: .then)
        }
    }

    /// What the app sees in the end.
    enum Ending: Decodable, Sendable, Equatable {
        case status(Int)
        case fails

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            self =
                try (try? value.decode(Int.self)).map(Ending.status)
                ?? {
                    guard try value.decode(String.self) == "fails" else {
                        throw DecodingError.dataCorruptedError(in: value, debugDescription: "a status or \"fails\"")
                    }
                    return .fails
                }()
        }
    }

    /// Which call of the scenario; nil for one that an interceptor makes on the side.
    struct CallIndex: Decodable, Sendable {
        let index: Int?

        init(from decoder: any Decoder) throws {
            index = try? decoder.singleValueContainer().decode(Int.self)
        }
    }

    /// A value, or several under one name.
    struct OneOrMore: Decodable, Sendable {
        let values: [String]

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            values = try (try? value.decode(String.self)).map { [$0] } ?? value.decode([String].self)
        }
    }

    struct Client: Decodable, Sendable {
        struct Authenticator: Decodable, Sendable {
            let headers: [String: String]
            let from: String?
        }

        let follow_redirects: Bool?
        let authenticator: Authenticator?
        let installed: String?
    }

    struct Config: Decodable, Sendable {
        let session_sample_rate: Double?
        let trace_context_injection: String?
        let formats: [String]?
    }

    let id: String
    let calls: [Call]
    let hops: [Hop]
    let client: Client?
    let config: Config?
    let not_on: [String: String]?
}
