import Foundation
import Testing

import struct HandspanBindings.Attribute
import struct HandspanBindings.FinishedCall
import struct HandspanBindings.GraphQlOperation
import struct HandspanBindings.Header

@testable import Handspan

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What the report of a call tells beside its hops.
@Suite struct CallReportTests {
    private let query = GraphQLOperation(kind: .query, name: "Cart", variables: "{\"id\":1}", payload: "{ cart }")

    @Test func aSessionSaysWhatItsCallsAsk() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let session = HandspanSession(handspan: await Handspan.ready(on: core))
        let url = server.url("ads.localhost")
        _ = try await session.with(graphQL: query).with(attributes: ["a": 1, "b": 1]).with(attributes: ["b": 2])
            .data(from: url)
        _ = try await session.data(from: url)
        #expect(
            core.told.finished.map(\.graphql) == [
                GraphQlOperation(
                    operationType: "query", operationName: "Cart", variables: "{\"id\":1}", payload: "{ cart }"),
                nil,
            ])
        #expect(
            core.told.finished.map(\.attributes) == [
                [Attribute(name: "a", value: .int(value: 1)), Attribute(name: "b", value: .int(value: 2))], [],
            ])
    }

    @Test func aTracedRequestSaysItToo() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let recorder = RecordingDelegate()
        let delegate = HandspanURLSessionDelegate(handspan: handspan, forwardingTo: recorder)
        let own = URLSession(configuration: .ephemeral, delegate: delegate, delegateQueue: nil)
        let request = URLRequest(url: server.url("shop.localhost"))
            .traced(by: handspan, graphQL: GraphQLOperation(kind: .mutation), attributes: ["a": 1])
        _ = try await recorder.run(own.dataTask(with: request))
        let call = try #require(core.told.finished.first)
        #expect(call.graphql?.operationType == "mutation")
        #expect(call.attributes == [Attribute(name: "a", value: .int(value: 1))])
    }

    @Test func whatWasSaidOfARequestHoldsForItsFirstSendInAHandspanSession() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let handspan = await Handspan.ready(on: core)
        let request = handspan.traced(
            URLRequest(url: server.url("shop.localhost")), graphQL: query, attributes: ["a": 1, "b": 1])
        let session = HandspanSession(handspan: handspan).with(attributes: ["b": 2, "c": 2])
        _ = try await session.data(for: request)
        _ = try await session.data(for: request)
        #expect(core.told.finished.map(\.graphql?.operationName) == ["Cart", nil])
        #expect(core.told.finished.map { $0.attributes.map(\.name) } == [["a", "b", "c"], ["b", "c"]])
        #expect(core.told.finished[0].attributes[1].value == .int(value: 1))
    }

    @Test func namedHeadersAreToldOfTheRequestAndOfTheLastResponse() async throws {
        let server = try TestServer { request in
            request.target == "/"
                ? TestServer.Response(status: 302, headers: ["Location": "/end", "X-Cache": "first"], body: Data())
                : TestServer.Response(headers: ["X-Cache": "last", "X-Other": "1"])
        }
        let core = FakeCore(capturing: ["x-tenant", "x-app", "x-cache", "x-missing", "traceparent"])
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpAdditionalHeaders = ["X-App": "shop", "X-Tenant": "none"]
        let session = HandspanSession(handspan: await Handspan.ready(on: core), configuration: configuration)
        var request = URLRequest(url: server.url("shop.localhost"))
        request.setValue("acme", forHTTPHeaderField: "X-Tenant")
        request.setValue("secret", forHTTPHeaderField: "X-Other")
        _ = try await session.data(for: request)
        let call = try #require(core.told.finished.first)
        // Our own are not the app's.
        #expect(call.requestHeaders == [Header(name: "x-tenant", value: "acme"), Header(name: "x-app", value: "shop")])
        #expect(call.responseHeaders == [Header(name: "x-cache", value: "last")])
    }

    @Test func withoutNamesNoneIsTold() async throws {
        let server = try TestServer()
        let core = FakeCore()
        let session = HandspanSession(handspan: await Handspan.ready(on: core))
        _ = try await session.data(from: server.url("shop.localhost"))
        #expect(core.told.finished.map(\.requestHeaders) == [[]])
        #expect(core.told.finished.map(\.responseHeaders) == [[]])
    }
}
