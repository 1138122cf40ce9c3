package dev.handspan

/** Where Handspan is between its start and its end. */
public enum class HandspanState {
    /** The library is being loaded; requests go out untouched and are counted. */
    STARTING,

    /** Requests are traced and recorded. */
    READY,

    /** It could not be started; [HandspanStatus.reason] says why. Requests go out untouched. */
    FAILED,

    /** [Handspan.shutdown] was called. Requests go out untouched. */
    STOPPED,
}
