internal import HandspanBindings

// The closed lists, one by one: a case that is missing does not compile.

extension ActionKind {
    init(_ type: ActionType) {
        self =
            switch type {
            case .tap: .tap
            case .click: .click
            case .scroll: .scroll
            case .swipe: .swipe
            case .back: .back
            case .custom: .custom
            }
    }
}

extension HandspanBindings.ResourceKind {
    init(_ kind: ResourceKind) {
        self =
            switch kind {
            case .native: .native
            case .image: .image
            case .media: .media
            case .font: .font
            case .css: .css
            case .js: .js
            case .document: .document
            case .other: .other
            }
    }
}

extension HandspanBindings.OperationStep {
    init(_ step: OperationStep) {
        self =
            switch step {
            case .start: .start
            case .update: .update
            case .retry: .retry
            case .succeed: .succeed
            case .fail(.error): .failWithError
            case .fail(.abandoned): .failAbandoned
            case .fail(.other): .failOther
            }
    }
}

extension HandspanBindings.AppLaunchMetric {
    init(_ metric: AppLaunchMetric) {
        self =
            switch metric {
            case .timeToInitialDisplay: .timeToInitialDisplay
            case .timeToFullDisplay: .timeToFullDisplay
            }
    }
}

extension HandspanBindings.StartupType {
    init(_ startup: StartupType) {
        self =
            switch startup {
            case .coldStart: .coldStart
            case .warmStart: .warmStart
            }
    }
}

extension HandspanBindings.ErrorSource {
    init(_ source: ErrorSource) {
        self =
            switch source {
            case .network: .network
            case .source: .source
            case .console: .console
            case .logger: .logger
            case .agent: .agent
            case .webview: .webview
            case .custom: .custom
            }
    }
}

extension HandspanBindings.ErrorHandling {
    init(_ handling: ErrorHandling) {
        self =
            switch handling {
            case .handled: .handled
            case .unhandled: .unhandled
            }
    }
}

extension HandspanBindings.ErrorCategory {
    init(_ category: ErrorCategory) {
        self =
            switch category {
            case .anr: .anr
            case .appHang: .appHang
            case .exception: .exception
            case .watchdogTermination: .watchdogTermination
            case .memoryWarning: .memoryWarning
            case .network: .network
            }
    }
}

extension ConnectivityStatus {
    init(_ status: Connectivity.Status) {
        self =
            switch status {
            case .connected: .connected
            case .notConnected: .notConnected
            case .maybe: .maybe
            }
    }
}

extension ConnectivityInterface {
    init(_ interface: Connectivity.Interface) {
        self =
            switch interface {
            case .bluetooth: .bluetooth
            case .cellular: .cellular
            case .ethernet: .ethernet
            case .wifi: .wifi
            case .wimax: .wimax
            case .mixed: .mixed
            case .other: .other
            case .unknown: .unknown
            case .none: .none
            }
    }
}
