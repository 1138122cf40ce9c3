package dev.handspan

import dev.handspan.ffi.ErrorHandling as CoreErrorHandling

/** Did the app catch the error? */
public enum class ErrorHandling(internal val core: CoreErrorHandling) {
    /** It did. */
    HANDLED(CoreErrorHandling.HANDLED),

    /** It did not. */
    UNHANDLED(CoreErrorHandling.UNHANDLED),
}
