package dev.handspan

/** A line of a log, for its mapper. */
public class LogEvent internal constructor(
    viewName: String?,
    viewUrl: String?,
    attributes: MutableMap<String, Any?>,
    /** The line. */
    public var message: String?,
) : MappedEvent(viewName, viewUrl, attributes)
