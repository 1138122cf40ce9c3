import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One hop of a call: where it went, what was planned and set, what came back.
struct CallHop: Sendable {
    let url: String
    let plan: HopPlan
    let set: SetHeaders
    /// Where it is not the call's: a redirect may turn POST into GET.
    var method: String?
    /// From the start of the call, nanoseconds; nil where nobody knows.
    var startNs: UInt64?
    /// Nanoseconds; nil: it ends with the call.
    var durationNs: UInt64?
    var statusCode: UInt16?
    var responseHeaders: [Header] = []
    /// Was it planned by the core?
    var byCore = true

    /// The same request, not answered yet.
    var unanswered: CallHop { CallHop(url: url, plan: plan, set: set, method: method, byCore: byCore) }

    /// The hops as they went out. URLSession answers from its cache and sends a request again (after a challenge, on a
    /// connection that broke) without asking a delegate; the exchanges that it measured tell.
    /// - Parameter metrics: a hop of which it has no exchange is left as it is.
    static func sent(_ hops: [CallHop], as metrics: CallMetrics) -> [CallHop] {
        let transactions = metrics.transactions
        var answers: [[CallMetrics.Transaction]?] = hops.map { _ in nil }
        var index = 0
        for (number, transaction) in transactions.enumerated() {
            if number > 0, transactions[number - 1].redirects { index += 1 }
            guard hops.indices.contains(index) else { break }
            answers[index] = (answers[index] ?? []) + (transaction.fromCache ? [] : [transaction])
        }
        return zip(hops, answers).flatMap { hop, answers in
            guard let answers else { return [hop] }
            return answers.enumerated().map { number, transaction in
                var sent = hop
                if number < answers.count - 1 {
                    sent = hop.unanswered
                    sent.statusCode = transaction.statusCode
                }
                let measured = metrics.exchange(transaction)
                sent.startNs = measured?.startNs ?? sent.startNs
                sent.durationNs = measured?.durationNs ?? sent.durationNs
                return sent
            }
        }
    }
}

extension FinishedHop {
    init(_ hop: CallHop) {
        self.init(
            url: hop.url, plan: hop.plan, statusCode: hop.statusCode, responseHeaders: hop.responseHeaders,
            method: hop.method, startNs: hop.startNs, durationNs: hop.durationNs)
    }
}

extension Header {
    /// The response's headers of these names. URLSession joins repeated ones by commas: they are parted again where no
    /// quoted text could hold a comma of its own.
    static func told(in response: HTTPURLResponse, names: [String]) -> [Header] {
        names.flatMap { name -> [Header] in
            guard let value = response.value(forHTTPHeaderField: name) else { return [] }
            guard !value.contains("\"") else { return [Header(name: name, value: value)] }
            return value.split(separator: ",").map { Header(name: name, value: String($0)) }
        }
    }

    /// The request's headers of these names; the session's where it has none of its own, as URLSession sends them.
    static func standing(_ names: [String], on request: URLRequest, sessionHeaders: [String: String]) -> [Header] {
        names.compactMap { name in
            (request.value(forHTTPHeaderField: name) ?? sessionHeaders[name]).map { Header(name: name, value: $0) }
        }
    }

    /// The response's headers of these names, each as URLSession has it.
    static func standing(_ names: [String], on response: HTTPURLResponse) -> [Header] {
        names.compactMap { name in
            response.value(forHTTPHeaderField: name).map { Header(name: name, value: $0) }
        }
    }
}
