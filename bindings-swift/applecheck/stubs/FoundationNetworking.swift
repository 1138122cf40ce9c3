// URLSession as Apple's SDK declares it to Swift: optional delegate methods, each with its selector. In the SDK it is
// part of Foundation; here it stands apart, because the compiler wants NSError from a module that is complete.
import Foundation

open class HTTPURLResponse: URLResponse, @unchecked Sendable {
    public var statusCode: Int { 200 }
    public func value(forHTTPHeaderField field: String) -> String? { nil }
}

open class URLSessionTask: NSObject, @unchecked Sendable {
    public var originalRequest: URLRequest? { nil }
    public var response: URLResponse? { nil }
    public var countOfBytesSent: Int64 { 0 }
    public func resume() {}
    public func cancel() {}
}
open class URLSessionDataTask: URLSessionTask, @unchecked Sendable {}
open class URLSessionUploadTask: URLSessionDataTask, @unchecked Sendable {}
open class URLSessionDownloadTask: URLSessionTask, @unchecked Sendable {}

open class URLSessionWebSocketTask: URLSessionTask, @unchecked Sendable {}

open class URLSessionConfiguration: NSObject, @unchecked Sendable {
    public static var `default`: URLSessionConfiguration { URLSessionConfiguration() }
    public var identifier: String? { nil }
    public var httpAdditionalHeaders: [AnyHashable: Any]?
}

open class URLSession: NSObject, @unchecked Sendable {
    @objc(NSURLSessionResponseDisposition) public enum ResponseDisposition: Int, Sendable { case cancel, allow }

    public init(
        configuration: URLSessionConfiguration, delegate: (any URLSessionDelegate)?, delegateQueue: OperationQueue?
    ) {}
    public var configuration: URLSessionConfiguration { .default }
    public func dataTask(with request: URLRequest) -> URLSessionDataTask { fatalError() }
    public func uploadTask(with request: URLRequest, from body: Data) -> URLSessionUploadTask { fatalError() }
    public func uploadTask(with request: URLRequest, fromFile file: URL) -> URLSessionUploadTask { fatalError() }
    public func downloadTask(with request: URLRequest) -> URLSessionDownloadTask { fatalError() }
    public func webSocketTask(with request: URLRequest) -> URLSessionWebSocketTask { fatalError() }
    public func finishTasksAndInvalidate() {}
    public func invalidateAndCancel() {}
}

public struct DateInterval: Sendable {
    public var start: Date
    public var end: Date
}

open class URLSessionTaskTransactionMetrics: NSObject, @unchecked Sendable {
    public var fetchStartDate: Date? { nil }
    public var domainLookupStartDate: Date? { nil }
    public var domainLookupEndDate: Date? { nil }
    public var connectStartDate: Date? { nil }
    public var secureConnectionStartDate: Date? { nil }
    public var secureConnectionEndDate: Date? { nil }
    public var connectEndDate: Date? { nil }
    public var requestStartDate: Date? { nil }
    public var requestEndDate: Date? { nil }
    public var responseStartDate: Date? { nil }
    public var responseEndDate: Date? { nil }
    public var networkProtocolName: String? { nil }
    public var countOfResponseBodyBytesReceived: Int64 { 0 }
    public var response: URLResponse? { nil }
    public var resourceFetchType: URLSessionTaskMetrics.ResourceFetchType { .unknown }
}

open class URLSessionTaskMetrics: NSObject, @unchecked Sendable {
    @objc(NSURLSessionTaskMetricsResourceFetchType) public enum ResourceFetchType: Int, Sendable {
        case unknown, networkLoad, serverPush, localCache
    }
    public var taskInterval: DateInterval { fatalError() }
    public var transactionMetrics: [URLSessionTaskTransactionMetrics] { [] }
}

@objc public protocol URLSessionDelegate: NSObjectProtocol, Sendable {
    @objc(URLSession:didBecomeInvalidWithError:)
    optional func urlSession(_ session: URLSession, didBecomeInvalidWithError error: (any Error)?)
}

@objc public protocol URLSessionTaskDelegate: URLSessionDelegate {
    @objc(URLSession:task:willPerformHTTPRedirection:newRequest:completionHandler:)
    optional func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void)
    @objc(URLSession:task:didSendBodyData:totalBytesSent:totalBytesExpectedToSend:)
    optional func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64)
    @objc(URLSession:task:didFinishCollectingMetrics:)
    optional func urlSession(
        _ session: URLSession, task: URLSessionTask, didFinishCollecting metrics: URLSessionTaskMetrics)
    @objc(URLSession:task:didCompleteWithError:)
    optional func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?)
}

@objc public protocol URLSessionDataDelegate: URLSessionTaskDelegate {
    @objc(URLSession:dataTask:didReceiveResponse:completionHandler:)
    optional func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void)
    @objc(URLSession:dataTask:didBecomeDownloadTask:)
    optional func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didBecome downloadTask: URLSessionDownloadTask)
    @objc(URLSession:dataTask:didReceiveData:)
    optional func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data)
}

@objc public protocol URLSessionDownloadDelegate: URLSessionTaskDelegate {
    @objc(URLSession:downloadTask:didFinishDownloadingToURL:)
    func urlSession(_ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL)
}

@objc public protocol URLSessionWebSocketDelegate: URLSessionTaskDelegate {
    @objc(URLSession:webSocketTask:didOpenWithProtocol:)
    optional func urlSession(
        _ session: URLSession, webSocketTask: URLSessionWebSocketTask, didOpenWithProtocol protocol: String?)
}
