import Foundation
import Testing

import struct HandspanBindings.Attribute

@testable import Handspan

/// Attributes on their way to the core.
@Suite struct AttributeTests {
    private func handed(_ attributes: [String: AttributeValue]) -> (list: [Attribute], dropped: Int) {
        var handed = HandedAttributes()
        let list = handed.of(attributes)
        return (list, handed.dropped)
    }

    @Test func literalsAreValues() {
        let (list, dropped) = handed([
            "text": "a", "count": 3, "price": 9.5, "new": true, "coupon": nil, "tags": ["a", 1, nil],
            "item": ["id": 7, "name": "\(1 + 1) socks"],
        ])
        #expect(
            list == [
                Attribute(name: "count", value: .int(value: 3)),
                Attribute(name: "coupon", value: .null),
                Attribute(
                    name: "item",
                    value: .map(attributes: [
                        Attribute(name: "id", value: .int(value: 7)),
                        Attribute(name: "name", value: .text(value: "2 socks")),
                    ])),
                Attribute(name: "new", value: .bool(value: true)),
                Attribute(name: "price", value: .double(value: 9.5)),
                Attribute(
                    name: "tags", value: .list(values: [.text(value: "a"), .int(value: 1), .null])),
                Attribute(name: "text", value: .text(value: "a")),
            ])
        #expect(dropped == 0)
    }

    @Test func theyComeBackAsTheyWent() {
        let attributes: [String: AttributeValue] = [
            "a": nil, "b": [true, 1, 2.5, "x", ["y": [[:], []]]], "c": .int(.min), "d": .double(.infinity),
        ]
        #expect([String: AttributeValue](handed(attributes).list) == attributes)
    }

    @Test func twentyLevelsAreHandedOver() {
        func nested(_ levels: Int) -> [String: AttributeValue] {
            var value = AttributeValue.string("bottom")
            for _ in 1..<levels { value = .dictionary(["n": value]) }
            return ["n": value]
        }
        func bottom(_ list: [Attribute]) -> CoreValue? {
            guard case .map(let below) = list.first?.value else { return list.first?.value }
            return bottom(below)
        }
        #expect(bottom(handed(nested(20)).list) == .text(value: "bottom"))
        #expect(handed(nested(20)).dropped == 0)
        #expect(bottom(handed(nested(21)).list) == .null)
        #expect(handed(nested(21)).dropped == 1)
        #expect(handed(nested(10_000)).dropped == 1)
    }

    @Test func aThousandEntriesAreHandedOverTheFirstByName() {
        let many = Dictionary(
            uniqueKeysWithValues: (0..<100_000).map { (String(100_000 + $0), AttributeValue.int($0)) })
        let (list, dropped) = handed(many)
        #expect(list.map(\.name) == (100_000..<101_000).map(String.init))
        #expect(dropped == 99_000)
    }

    @Test func entriesAreCountedAtEveryLevel() {
        let (list, dropped) = handed(["a": .array((0..<2_000).map { .int($0) }), "b": 1])
        guard case .list(let values) = list.first?.value else {
            Issue.record("\(list)")
            return
        }
        #expect(list.map(\.name) == ["a"])
        #expect(values.count == 999)
        #expect(dropped == 1_001 + 1)
    }

    @Test func whatWasLeftOutIsCounted() async {
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let many = Dictionary(uniqueKeysWithValues: (0..<1_003).map { ("\($0)", AttributeValue.null) })
        handspan.rum.addAction(type: .custom, name: "a", attributes: many)
        handspan.logger().info("b", attributes: many)
        handspan.setUser(id: "c", attributes: many)
        handspan.setAccount(id: "d", attributes: many)
        #expect(handspan.status.attributesDropped == 12)
    }
}
