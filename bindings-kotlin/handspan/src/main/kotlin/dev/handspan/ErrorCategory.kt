package dev.handspan

import dev.handspan.ffi.ErrorCategory as CoreErrorCategory

/** What kind of event an error is. */
public enum class ErrorCategory(internal val core: CoreErrorCategory) {
    /** Android's "application not responding". */
    ANR(CoreErrorCategory.ANR),

    /** Apple's main thread hung. */
    APP_HANG(CoreErrorCategory.APP_HANG),

    /** An exception. */
    EXCEPTION(CoreErrorCategory.EXCEPTION),

    /** The system's watchdog ended the app. */
    WATCHDOG_TERMINATION(CoreErrorCategory.WATCHDOG_TERMINATION),

    /** The system asked for memory. */
    MEMORY_WARNING(CoreErrorCategory.MEMORY_WARNING),

    /** A request failed. */
    NETWORK(CoreErrorCategory.NETWORK),
}
