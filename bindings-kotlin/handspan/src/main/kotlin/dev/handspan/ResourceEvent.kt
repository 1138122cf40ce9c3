package dev.handspan

/** A request, for its mapper. */
public class ResourceEvent internal constructor(
    viewName: String?,
    viewUrl: String?,
    attributes: MutableMap<String, Any?>,
    /** Its URL. */
    public var resourceUrl: String?,
) : MappedEvent(viewName, viewUrl, attributes)
