package dev.handspan

/** An update of a view, for its mapper. */
public class ViewEvent internal constructor(viewName: String?, viewUrl: String?, attributes: MutableMap<String, Any?>) :
    MappedEvent(viewName, viewUrl, attributes)
