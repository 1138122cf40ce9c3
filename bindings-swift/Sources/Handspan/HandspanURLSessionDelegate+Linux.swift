#if !canImport(ObjectiveC)
    import Foundation
    import FoundationNetworking

    // Without Objective-C nothing forwards a message: what Apple's platforms hand on by selector is written out here.
    extension HandspanURLSessionDelegate {
        private var task: (any URLSessionTaskDelegate)? { app.base as? any URLSessionTaskDelegate }
        private var data: (any URLSessionDataDelegate)? { app.base as? any URLSessionDataDelegate }
        private var download: (any URLSessionDownloadDelegate)? { app.base as? any URLSessionDownloadDelegate }
        private var webSocket: (any URLSessionWebSocketDelegate)? { app.base as? any URLSessionWebSocketDelegate }

        /// Handed on.
        public func urlSession(
            _ session: URLSession, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            guard let base = app.base else { return completionHandler(.performDefaultHandling, nil) }
            base.urlSession(session, didReceive: challenge, completionHandler: completionHandler)
        }

        /// Handed on.
        public func urlSession(
            _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            let call = entry(session, task).call
            let answer: @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void = {
                disposition, credential in
                let usesDefault = disposition == .performDefaultHandling && challenge.proposedCredential != nil
                // Elsewhere the metrics tell.
                if disposition == .useCredential || usesDefault { call?.sentAgain(after: challenge.failureResponse) }
                completionHandler(disposition, credential)
            }
            guard let delegate = self.task else { return answer(.performDefaultHandling, nil) }
            delegate.urlSession(session, task: task, didReceive: challenge, completionHandler: answer)
        }

        /// Handed on.
        public func urlSession(
            _ session: URLSession, task: URLSessionTask,
            needNewBodyStream completionHandler: @escaping @Sendable (InputStream?) -> Void
        ) {
            guard let delegate = self.task else { return completionHandler(nil) }
            delegate.urlSession(session, task: task, needNewBodyStream: completionHandler)
        }

        /// Handed on.
        public func urlSession(
            _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
            totalBytesExpectedToSend: Int64
        ) {
            self.task?.urlSession(
                session, task: task, didSendBodyData: bytesSent, totalBytesSent: totalBytesSent,
                totalBytesExpectedToSend: totalBytesExpectedToSend)
        }

        /// Handed on.
        public func urlSession(
            _ session: URLSession, dataTask: URLSessionDataTask, willCacheResponse proposed: CachedURLResponse,
            completionHandler: @escaping @Sendable (CachedURLResponse?) -> Void
        ) {
            guard let data else { return completionHandler(proposed) }
            data.urlSession(
                session, dataTask: dataTask, willCacheResponse: proposed, completionHandler: completionHandler)
        }

        /// Handed on.
        public func urlSession(
            _ session: URLSession, downloadTask: URLSessionDownloadTask, didWriteData bytesWritten: Int64,
            totalBytesWritten: Int64, totalBytesExpectedToWrite: Int64
        ) {
            download?.urlSession(
                session, downloadTask: downloadTask, didWriteData: bytesWritten, totalBytesWritten: totalBytesWritten,
                totalBytesExpectedToWrite: totalBytesExpectedToWrite)
        }

        /// Handed on.
        public func urlSession(
            _ session: URLSession, downloadTask: URLSessionDownloadTask, didResumeAtOffset offset: Int64,
            expectedTotalBytes: Int64
        ) {
            download?.urlSession(
                session, downloadTask: downloadTask, didResumeAtOffset: offset, expectedTotalBytes: expectedTotalBytes)
        }

        /// Handed on.
        public func urlSession(
            _ session: URLSession, webSocketTask: URLSessionWebSocketTask,
            didCloseWith code: URLSessionWebSocketTask.CloseCode, reason: Data?
        ) {
            webSocket?.urlSession(session, webSocketTask: webSocketTask, didCloseWith: code, reason: reason)
        }
    }
#endif
