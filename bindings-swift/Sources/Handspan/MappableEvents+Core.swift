internal import HandspanBindings

extension MappableEvent {
    func with(_ event: ViewEvent) -> MappableEvent {
        with(event.viewName, event.viewURL, attributes: event.attributes)
    }

    func with(_ event: ActionEvent) -> MappableEvent {
        with(event.viewName, event.viewURL, actionName: event.actionName, attributes: event.attributes)
    }

    func with(_ event: ResourceEvent) -> MappableEvent {
        with(event.viewName, event.viewURL, resourceURL: event.resourceURL, attributes: event.attributes)
    }

    func with(_ event: ErrorEvent) -> MappableEvent {
        with(
            event.viewName, event.viewURL, resourceURL: event.resourceURL, message: event.message, stack: event.stack,
            fingerprint: event.fingerprint, attributes: event.attributes)
    }

    func with(_ event: LongTaskEvent) -> MappableEvent {
        with(event.viewName, event.viewURL, attributes: event.attributes)
    }

    func with(_ event: VitalEvent) -> MappableEvent {
        with(event.viewName, event.viewURL, attributes: event.attributes)
    }

    func with(_ event: LogEvent) -> MappableEvent {
        with(viewName, viewUrl, message: event.message, attributes: event.attributes)
    }

    private func with(
        _ viewName: String?, _ viewURL: String?, actionName: String? = nil, resourceURL: String? = nil,
        message: String? = nil, stack: String? = nil, fingerprint: String? = nil,
        attributes: [String: AttributeValue]
    ) -> MappableEvent {
        var handed = HandedAttributes()
        return MappableEvent(
            id: id, eventType: eventType, viewName: viewName, viewUrl: viewURL, actionName: actionName,
            resourceUrl: resourceURL, message: message, stack: stack, fingerprint: fingerprint,
            attributes: handed.of(attributes))
    }
}

extension ViewEvent {
    init(_ event: MappableEvent) {
        self.init(viewName: event.viewName, viewURL: event.viewUrl, attributes: .init(event.attributes))
    }
}

extension ActionEvent {
    init(_ event: MappableEvent) {
        self.init(
            viewName: event.viewName, viewURL: event.viewUrl, actionName: event.actionName,
            attributes: .init(event.attributes))
    }
}

extension ResourceEvent {
    init(_ event: MappableEvent) {
        self.init(
            viewName: event.viewName, viewURL: event.viewUrl, resourceURL: event.resourceUrl,
            attributes: .init(event.attributes))
    }
}

extension ErrorEvent {
    init(_ event: MappableEvent) {
        self.init(
            viewName: event.viewName, viewURL: event.viewUrl, resourceURL: event.resourceUrl, message: event.message,
            stack: event.stack, fingerprint: event.fingerprint, attributes: .init(event.attributes))
    }
}

extension LongTaskEvent {
    init(_ event: MappableEvent) {
        self.init(viewName: event.viewName, viewURL: event.viewUrl, attributes: .init(event.attributes))
    }
}

extension VitalEvent {
    init(_ event: MappableEvent) {
        self.init(viewName: event.viewName, viewURL: event.viewUrl, attributes: .init(event.attributes))
    }
}

extension LogEvent {
    init(_ event: MappableEvent) {
        self.init(message: event.message, attributes: .init(event.attributes))
    }
}
