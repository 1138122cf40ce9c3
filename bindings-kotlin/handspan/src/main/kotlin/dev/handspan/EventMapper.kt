package dev.handspan

/**
 * Changes or drops the events of one type before they are stored. Called on a thread of Handspan's, `handspan-mapper`, one event
 * after the other; one that takes over five seconds loses its event.
 *
 * An exception drops the event and is counted in [HandspanStatus.mapperFailures]: what was to be taken off it must not leave.
 */
public fun interface EventMapper<T : MappedEvent> {
    /** The event as it is to be stored; `null`: it is dropped. */
    public fun map(event: T): T?
}
