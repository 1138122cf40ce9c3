import HandspanBindings

// Types of the boundary whose name the package has given to one of its own.

typealias CoreCommand = HandspanBindings.RumCommand
typealias CoreError = HandspanBindings.RumError
typealias CoreValue = HandspanBindings.AttributeValue
typealias CoreExplanation = HandspanBindings.Explanation
typealias CoreRemoteStats = HandspanBindings.RemoteStats
typealias CoreActionKind = HandspanBindings.ActionKind
typealias CoreResourceKind = HandspanBindings.ResourceKind
typealias CoreErrorSource = HandspanBindings.ErrorSource
typealias CoreErrorCategory = HandspanBindings.ErrorCategory
typealias CoreConnectivityInterface = HandspanBindings.ConnectivityInterface
typealias CoreLogLevel = HandspanBindings.LogLevel
