package dev.handspan

/** A vital (a duration, a step of an operation, an app's launch), for its mapper. */
public class VitalEvent internal constructor(viewName: String?, viewUrl: String?, attributes: MutableMap<String, Any?>) :
    MappedEvent(viewName, viewUrl, attributes)
