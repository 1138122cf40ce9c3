import Foundation

/// A JSON value of which a test reads what it likes.
indirect enum RawEvent: Decodable, Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([RawEvent])
    case object([String: RawEvent])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([RawEvent].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: RawEvent].self))
        }
    }

    /// What lies under these names, one in another.
    subscript(_ path: String...) -> RawEvent? {
        path.reduce(self) { value, name in
            guard case .object(let members) = value else { return nil }
            return members[name]
        }
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    var number: Double? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    var bool: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }
}

extension FakeIntake {
    /// Every event that came to this path, in order: a line each, or the members of a list.
    func raw(_ path: String) async throws -> [RawEvent] {
        try await requests().filter { $0.target.hasPrefix(path) }.flatMap { request -> [RawEvent] in
            try request.body.split(separator: UInt8(ascii: "\n")).flatMap { line -> [RawEvent] in
                let value = try JSONDecoder().decode(RawEvent.self, from: Data(line))
                if case .list(let events) = value { return events }
                return [value]
            }
        }
    }
}
