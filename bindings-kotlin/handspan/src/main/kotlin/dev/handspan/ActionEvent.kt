package dev.handspan

/** An action, for its mapper. */
public class ActionEvent internal constructor(
    viewName: String?,
    viewUrl: String?,
    attributes: MutableMap<String, Any?>,
    /** What the action was on. */
    public var actionName: String?,
) : MappedEvent(viewName, viewUrl, attributes)
