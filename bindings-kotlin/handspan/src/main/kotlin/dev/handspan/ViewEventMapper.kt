package dev.handspan

/**
 * Changes the updates of views before they are stored; as [EventMapper], but a view can't be dropped: all else hangs on it.
 *
 * After an exception the update is stored without what the mapper might have taken off: no attributes, and `mapper_failed` as name
 * and URL.
 */
public fun interface ViewEventMapper {
    /** The update as it is to be stored. */
    public fun map(event: ViewEvent): ViewEvent
}
