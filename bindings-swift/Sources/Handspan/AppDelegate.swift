import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The app's own session delegate, asked only for what it has. With Objective-C its methods are optional; on Linux each
/// exists, with a default.
struct AppDelegate: Sendable {
    let base: (any URLSessionDelegate)?

    private var task: (any URLSessionTaskDelegate)? { base as? any URLSessionTaskDelegate }
    private var data: (any URLSessionDataDelegate)? { base as? any URLSessionDataDelegate }
    private var download: (any URLSessionDownloadDelegate)? { base as? any URLSessionDownloadDelegate }
    private var webSocket: (any URLSessionWebSocketDelegate)? { base as? any URLSessionWebSocketDelegate }

    #if canImport(ObjectiveC)
        /// Returns false where the app's delegate has no such method: then nobody has called `answer`.
        func redirect(
            _ session: URLSession, _ task: URLSessionTask, _ response: HTTPURLResponse, _ request: URLRequest,
            _ answer: @escaping @Sendable (URLRequest?) -> Void
        ) -> Bool {
            self.task?.urlSession?(
                session, task: task, willPerformHTTPRedirection: response, newRequest: request,
                completionHandler: answer) != nil
        }

        /// Returns false where the app's delegate has no such method: then nobody has called `answer`.
        func received(
            _ session: URLSession, _ dataTask: URLSessionDataTask, _ response: URLResponse,
            _ answer: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
        ) -> Bool {
            data?.urlSession?(session, dataTask: dataTask, didReceive: response, completionHandler: answer) != nil
        }

        func received(_ session: URLSession, _ dataTask: URLSessionDataTask, _ bytes: Data) {
            data?.urlSession?(session, dataTask: dataTask, didReceive: bytes)
        }

        func became(_ session: URLSession, _ dataTask: URLSessionDataTask, _ downloadTask: URLSessionDownloadTask) {
            data?.urlSession?(session, dataTask: dataTask, didBecome: downloadTask)
        }

        func opened(_ session: URLSession, _ webSocketTask: URLSessionWebSocketTask, _ name: String?) {
            webSocket?.urlSession?(session, webSocketTask: webSocketTask, didOpenWithProtocol: name)
        }

        func measured(_ session: URLSession, _ task: URLSessionTask, _ metrics: URLSessionTaskMetrics) {
            self.task?.urlSession?(session, task: task, didFinishCollecting: metrics)
        }

        func completed(_ session: URLSession, _ task: URLSessionTask, _ error: (any Error)?) {
            self.task?.urlSession?(session, task: task, didCompleteWithError: error)
        }

        func becameInvalid(_ session: URLSession, _ error: (any Error)?) {
            base?.urlSession?(session, didBecomeInvalidWithError: error)
        }
    #else
        /// Returns false where the app's delegate is no task delegate: then nobody has called `answer`.
        func redirect(
            _ session: URLSession, _ task: URLSessionTask, _ response: HTTPURLResponse, _ request: URLRequest,
            _ answer: @escaping @Sendable (URLRequest?) -> Void
        ) -> Bool {
            guard let delegate = self.task else { return false }
            delegate.urlSession(
                session, task: task, willPerformHTTPRedirection: response, newRequest: request,
                completionHandler: answer)
            return true
        }

        /// Returns false where the app's delegate is no data delegate: then nobody has called `answer`.
        func received(
            _ session: URLSession, _ dataTask: URLSessionDataTask, _ response: URLResponse,
            _ answer: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
        ) -> Bool {
            guard let data else { return false }
            data.urlSession(session, dataTask: dataTask, didReceive: response, completionHandler: answer)
            return true
        }

        func received(_ session: URLSession, _ dataTask: URLSessionDataTask, _ bytes: Data) {
            data?.urlSession(session, dataTask: dataTask, didReceive: bytes)
        }

        func became(_ session: URLSession, _ dataTask: URLSessionDataTask, _ downloadTask: URLSessionDownloadTask) {
            data?.urlSession(session, dataTask: dataTask, didBecome: downloadTask)
        }

        func opened(_ session: URLSession, _ webSocketTask: URLSessionWebSocketTask, _ name: String?) {
            webSocket?.urlSession(session, webSocketTask: webSocketTask, didOpenWithProtocol: name)
        }

        func completed(_ session: URLSession, _ task: URLSessionTask, _ error: (any Error)?) {
            self.task?.urlSession(session, task: task, didCompleteWithError: error)
        }

        func becameInvalid(_ session: URLSession, _ error: (any Error)?) {
            base?.urlSession(session, didBecomeInvalidWithError: error)
        }
    #endif

    func downloaded(_ session: URLSession, _ downloadTask: URLSessionDownloadTask, _ location: URL) {
        download?.urlSession(session, downloadTask: downloadTask, didFinishDownloadingTo: location)
    }
}
