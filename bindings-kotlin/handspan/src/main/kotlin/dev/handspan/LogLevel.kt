package dev.handspan

import dev.handspan.ffi.LogLevel as CoreLogLevel

/** How grave a line of a log is. */
public enum class LogLevel(internal val core: CoreLogLevel) {
    /** For developers. */
    DEBUG(CoreLogLevel.DEBUG),

    /** What happens. */
    INFO(CoreLogLevel.INFO),

    /** What is worth a look. */
    NOTICE(CoreLogLevel.NOTICE),

    /** What may go wrong. */
    WARN(CoreLogLevel.WARN),

    /** What went wrong. */
    ERROR(CoreLogLevel.ERROR),

    /** What must be mended now. */
    CRITICAL(CoreLogLevel.CRITICAL),
}
