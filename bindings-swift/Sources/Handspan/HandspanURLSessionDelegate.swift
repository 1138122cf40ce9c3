import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Stands in front of the app's own session delegate: plans each redirect afresh, so that none of our headers leaves for
/// a host that is not the app's, records each call once, and hands everything on.
///
/// ```swift
/// let delegate = HandspanURLSessionDelegate(handspan: handspan, forwardingTo: myDelegate)
/// let session = URLSession(configuration: .default, delegate: delegate, delegateQueue: nil)
/// session.dataTask(with: handspan.traced(request)).resume()
/// ```
///
/// - Calls that it records: those of ``HandspanSession``, those whose request came from ``Handspan/Handspan/traced(_:keep:parent:graphQL:attributes:)``, and
///   those that get no header of ours anyway, as to a third party. A request that should have been traced and was not is
///   left alone. Where the platform measures nothing (Linux), a call that got no header counts from its first sign of life.
/// - Each hop gets a span id of its own, with one exception: URLSession answers an authentication challenge, and tries a
///   broken connection once more, by sending the request it has, and asks nobody. The event tells them as hops of one span id.
/// - A task made with a completion handler, or by `async` calls of a plain `URLSession`, may not report to the session's
///   delegate: use ``HandspanSession`` for these. The same holds for a task with a delegate of its own.
/// - With Objective-C it claims no optional method that the app's delegate lacks, bar those it needs itself, whose
///   absence has no meaning.
///
/// The app's delegate is held until the session is invalidated, as `URLSession` itself would hold it. Its methods are
/// called on the session's delegate queue.
public final class HandspanURLSessionDelegate: NSObject, URLSessionDataDelegate, URLSessionDownloadDelegate,
    URLSessionWebSocketDelegate, @unchecked Sendable
{
    let handspan: Handspan
    let app: AppDelegate
    let calls = CallTable()

    /// - Parameters:
    ///   - handspan: plans and records.
    ///   - delegate: the app's own. Default: none.
    public init(handspan: Handspan, forwardingTo delegate: (any URLSessionDelegate)? = nil) {
        self.handspan = handspan
        // Two of one Handspan in a row would record each call twice. One of another stays: only it knows its headers.
        let same = (delegate as? HandspanURLSessionDelegate).flatMap { $0.handspan === handspan ? $0 : nil }
        app = same?.app ?? AppDelegate(base: delegate)
        super.init()
    }

    /// Takes a redirect, or lets the app's delegate refuse or change it first.
    public func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        let call = entry(session, task).call
        call?.answered(by: response)
        // URLSession hangs without an answer and traps on two: the app's delegate is trusted with neither.
        let answer = Once { (next: URLRequest?) in
            completionHandler(next.map { call?.nextHop($0) ?? $0 })
        }
        let clean = call?.stripped(request) ?? request
        if !app.redirect(session, task, response, clean, { answer.call($0) }) { answer.call(clean) }
    }

    /// The response's head. Withheld from the app's delegate where the app waits in a closure, as `URLSession` does.
    public func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let answer = Once(completionHandler)
        guard entry(session, dataTask).completion == nil,
            app.received(session, dataTask, response, { answer.call($0) })
        else { return answer.call(.allow) }
    }

    /// Part of the body: counted, and handed on unbuffered.
    public func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let entry = entry(session, dataTask)
        entry.call?.received(bytes: data.count)
        if let completion = entry.completion {
            completion.received(data)
        } else {
            app.received(session, dataTask, data)
        }
    }

    /// The app made a download of a data task: the same call.
    public func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didBecome downloadTask: URLSessionDownloadTask
    ) {
        calls.set(entry(session, dataTask), for: downloadTask)
        calls.remove(dataTask)
        app.became(session, dataTask, downloadTask)
    }

    /// The file of a download. It is gone when this returns, so it is handed on at once.
    public func urlSession(
        _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
    ) {
        let entry = entry(session, downloadTask)
        if let size = try? location.resourceValues(forKeys: [.fileSizeKey]).fileSize {
            entry.call?.received(bytes: size)
        }
        if let completion = entry.completion {
            completion.downloaded(to: location)
        } else {
            app.downloaded(session, downloadTask, location)
        }
    }

    #if canImport(ObjectiveC)
        /// Timings and sizes; they come before the end of the task.
        public func urlSession(
            _ session: URLSession, task: URLSessionTask, didFinishCollecting metrics: URLSessionTaskMetrics
        ) {
            entry(session, task).call?.measured(CallMetrics(metrics))
            app.measured(session, task, metrics)
        }
    #endif

    /// A web socket is open: the call was its handshake.
    public func urlSession(
        _ session: URLSession, webSocketTask: URLSessionWebSocketTask, didOpenWithProtocol name: String?
    ) {
        entry(session, webSocketTask).call?.finish(response: webSocketTask.response, error: nil, requestBytes: 0)
        app.opened(session, webSocketTask, name)
    }

    /// The end of a task: the call is reported, then the app hears of it.
    public func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let entry = entry(session, task)
        calls.remove(task)
        entry.call?.finish(response: task.response, error: error, requestBytes: task.countOfBytesSent)
        if let completion = entry.completion {
            completion.complete(response: task.response, error: error)
        } else {
            app.completed(session, task, error)
        }
    }

    /// The last word of a session.
    public func urlSession(_ session: URLSession, didBecomeInvalidWithError error: (any Error)?) {
        app.becameInvalid(session, error)
    }

    func entry(_ session: URLSession, _ task: URLSessionTask) -> CallTable.Entry {
        calls.entry(for: task) {
            CallTable.Entry(call: task.originalRequest.flatMap { recognise($0, session) }, completion: nil)
        }
    }

    /// The call of a task that ``HandspanSession`` did not make.
    private func recognise(_ request: URLRequest, _ session: URLSession) -> Call? {
        let sessionHeaders = session.configuration.additionalHeaders
        // Without a core too: what was set while there was one must come off before a redirect.
        if let hop = handspan.rememberedHops.claim(request) {
            return Call(request, planned: hop, sessionHeaders: sessionHeaders, handspan: handspan)
        }
        if let set = handspan.rememberedHops.faded(request) {
            return Call(request, faded: set, sessionHeaders: sessionHeaders, handspan: handspan)
        }
        guard handspan.core != nil else { return nil }
        // Planned after the fact: right where the plan sets nothing, and not what went out where it does.
        var planned = request
        let call = Call(&planned, sessionHeaders: sessionHeaders, options: CallOptions(), handspan: handspan)
        return call.setsNothing ? call : nil
    }

    #if canImport(ObjectiveC)
        /// Needed by ourselves; that the app's delegate lacks one of these means nothing to URLSession.
        private static let own: Set<Selector> = [
            #selector(
                URLSessionTaskDelegate.urlSession(_:task:willPerformHTTPRedirection:newRequest:completionHandler:)),
            #selector(URLSessionTaskDelegate.urlSession(_:task:didFinishCollecting:)),
            #selector(URLSessionTaskDelegate.urlSession(_:task:didCompleteWithError:)),
            #selector(URLSessionWebSocketDelegate.urlSession(_:webSocketTask:didOpenWithProtocol:)),
            #selector(URLSessionDataDelegate.urlSession(_:dataTask:didReceive:) as DidReceiveData),
            #selector(URLSessionDataDelegate.urlSession(_:dataTask:didBecome:) as DidBecomeDownload),
            #selector(URLSessionDownloadDelegate.urlSession(_:downloadTask:didFinishDownloadingTo:)),
        ]
        private typealias DidReceiveData = (any URLSessionDataDelegate) -> (
            (URLSession, URLSessionDataTask, Data) -> Void
        )?
        private typealias DidBecomeDownload = (any URLSessionDataDelegate) -> (
            (URLSession, URLSessionDataTask, URLSessionDownloadTask) -> Void
        )?

        /// Ours, and what the app's delegate has.
        public override func responds(to selector: Selector!) -> Bool {
            if Self.own.contains(selector) { return true }
            if let base = app.base, base.responds(to: selector) { return true }
            return NSObject.instancesRespond(to: selector)
        }

        /// What we don't have ourselves goes to the app's delegate.
        public override func forwardingTarget(for selector: Selector!) -> Any? { app.base }
    #endif
}

/// A closure that takes the first call and drops the others.
final class Once<Value>: Sendable {
    private let body: Locked<(@Sendable (Value) -> Void)?>

    init(_ body: @escaping @Sendable (Value) -> Void) {
        self.body = Locked(body)
    }

    func call(_ value: sending Value) {
        let body = body.withLock { slot in
            defer { slot = nil }
            return slot
        }
        body?(value)
    }
}
