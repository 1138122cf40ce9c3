package dev.handspan

/** A long task, for its mapper. */
public class LongTaskEvent internal constructor(viewName: String?, viewUrl: String?, attributes: MutableMap<String, Any?>) :
    MappedEvent(viewName, viewUrl, attributes)
