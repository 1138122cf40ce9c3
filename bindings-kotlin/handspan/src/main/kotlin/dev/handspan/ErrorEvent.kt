package dev.handspan

/** An error, for its mapper. */
public class ErrorEvent internal constructor(
    viewName: String?,
    viewUrl: String?,
    attributes: MutableMap<String, Any?>,
    /** What went wrong, in words. */
    public var message: String?,
    /** Stack trace. */
    public var stack: String?,
    /** What it is grouped by. */
    public var fingerprint: String?,
    /** URL of the request that failed. */
    public var resourceUrl: String?,
) : MappedEvent(viewName, viewUrl, attributes)
