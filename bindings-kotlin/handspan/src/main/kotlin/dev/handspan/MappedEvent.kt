package dev.handspan

/**
 * What of an event a mapper may change, before it is stored. For the thread of the mapper alone, and until the mapper returns.
 *
 * What the event does not have is `null`, and stays so.
 */
public abstract class MappedEvent internal constructor(
    /** Name of its view. */
    public var viewName: String?,
    /** URL of its view. */
    public var viewUrl: String?,
    /**
     * The app's attributes, as `Boolean`, `Long`, `Double`, `String`, `List`, `Map` and `null`. What a mapper puts in is read as
     * [HandspanMonitor] says.
     */
    public var attributes: MutableMap<String, Any?>,
)
