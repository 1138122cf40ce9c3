import Foundation
internal import HandspanBindings

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What the platform measured of a call, apart from `URLSessionTaskMetrics`, which cannot be made by hand and which
/// Linux never delivers.
struct CallMetrics: Sendable, Equatable {
    /// One exchange on the wire or with the cache; dates as `URLSessionTaskTransactionMetrics` names them.
    struct Transaction: Sendable, Equatable {
        var fetchStart: Date?
        var domainLookupStart: Date?
        var domainLookupEnd: Date?
        var connectStart: Date?
        var secureConnectionStart: Date?
        var secureConnectionEnd: Date?
        var connectEnd: Date?
        var requestStart: Date?
        var requestEnd: Date?
        var responseStart: Date?
        var responseEnd: Date?
        var protocolName: String?
        var responseBodyBytes: Int64 = 0
        var statusCode: UInt16?
        /// Was it answered without the network?
        var fromCache = false

        /// Is it answered by another place to ask?
        var redirects: Bool { statusCode.map { (300..<400).contains($0) && $0 != 304 } ?? false }
    }

    /// Start of the call.
    var start: Date
    /// End of the call.
    var end: Date
    /// In order; the last one brought the response.
    var transactions: [Transaction]

    /// Length of the call.
    var durationNs: UInt64 { Self.nanoseconds(from: start, to: end) ?? 0 }

    /// ALPN name of the protocol, as `h2`.
    var protocolName: String? { transactions.last?.protocolName }

    /// Bytes of the body on the wire; nil where no exchange was measured.
    var responseBodyBytes: UInt64? { transactions.last.map { UInt64(max(0, $0.responseBodyBytes)) } }

    /// The phases of the last hop. A phase whose dates are missing or run backwards is left out.
    var timings: Timings {
        guard let last = transactions.last else { return .unknown }
        return Timings(
            dns: phase(last.domainLookupStart, last.domainLookupEnd),
            connect: phase(last.connectStart, last.connectEnd),
            ssl: phase(last.secureConnectionStart, last.secureConnectionEnd),
            // Request sent until the first byte: the same on Android. A request whose end is not told counts from its
            // start.
            firstByte: phase(last.requestEnd ?? last.requestStart, last.responseStart),
            download: phase(last.responseStart, last.responseEnd),
            redirect: transactions.count > 1 ? phase(start, last.fetchStart) : nil
        )
    }

    /// A whole exchange, from its start until the last byte of its response.
    func exchange(_ transaction: Transaction) -> Phase? { phase(transaction.fetchStart, transaction.responseEnd) }

    private func phase(_ from: Date?, _ to: Date?) -> Phase? {
        guard let from, let to,
            let startNs = Self.nanoseconds(from: start, to: from), let durationNs = Self.nanoseconds(from: from, to: to)
        else { return nil }
        return Phase(startNs: startNs, durationNs: durationNs)
    }

    private static func nanoseconds(from: Date, to: Date) -> UInt64? {
        UInt64(exactly: (to.timeIntervalSince(from) * 1e9).rounded())
    }
}

extension Timings {
    /// Where the platform measured nothing.
    static let unknown = Timings(dns: nil, connect: nil, ssl: nil, firstByte: nil, download: nil, redirect: nil)
}

#if canImport(ObjectiveC)
    extension CallMetrics {
        init(_ metrics: URLSessionTaskMetrics) {
            self.init(
                start: metrics.taskInterval.start,
                end: metrics.taskInterval.end,
                transactions: metrics.transactionMetrics.map { transaction in
                    Transaction(
                        fetchStart: transaction.fetchStartDate,
                        domainLookupStart: transaction.domainLookupStartDate,
                        domainLookupEnd: transaction.domainLookupEndDate,
                        connectStart: transaction.connectStartDate,
                        secureConnectionStart: transaction.secureConnectionStartDate,
                        secureConnectionEnd: transaction.secureConnectionEndDate,
                        connectEnd: transaction.connectEndDate,
                        requestStart: transaction.requestStartDate,
                        requestEnd: transaction.requestEndDate,
                        responseStart: transaction.responseStartDate,
                        responseEnd: transaction.responseEndDate,
                        protocolName: transaction.networkProtocolName,
                        responseBodyBytes: transaction.countOfResponseBodyBytesReceived,
                        statusCode: (transaction.response as? HTTPURLResponse).flatMap {
                            UInt16(exactly: $0.statusCode)
                        },
                        fromCache: transaction.resourceFetchType == .localCache)
                })
        }
    }
#endif
