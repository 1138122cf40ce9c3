import Foundation

/// What a Swift error says of itself, for events.
struct SaidError {
    /// Causes of causes that are told: an app's own chain is shorter, and one that leads back to itself must end.
    static let causes = 10

    /// `domain code` of an `NSError` and of what is one underneath, as the resource of a failed call has it; else the name of
    /// the Swift type, whose code would only be the number of an enum's case.
    let type: String
    let message: String
    let causes: [ErrorCause]

    init(_ error: any Error) {
        (type, message) = Self.words(error)
        var causes: [ErrorCause] = []
        var cause = Self.cause(of: error)
        while let next = cause, causes.count < Self.causes {
            let (type, message) = Self.words(next)
            causes.append(ErrorCause(message: message, type: type))
            cause = Self.cause(of: next)
        }
        self.causes = causes
    }

    private static func words(_ error: any Error) -> (type: String, message: String) {
        if Swift.type(of: error) is NSError.Type || error is any CustomNSError {
            let error = error as NSError
            return ("\(error.domain) \(error.code)", error.localizedDescription)
        }
        let told = (error as? any LocalizedError)?.errorDescription
        return (String(reflecting: Swift.type(of: error)), told ?? String(describing: error))
    }

    private static func cause(of error: any Error) -> (any Error)? {
        (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error
    }
}
