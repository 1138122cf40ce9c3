package dev.handspan

import dev.handspan.ffi.ErrorSource as CoreErrorSource

/** Where an error comes from. */
public enum class ErrorSource(internal val core: CoreErrorSource) {
    /** A request. */
    NETWORK(CoreErrorSource.NETWORK),

    /** The app's code. */
    SOURCE(CoreErrorSource.SOURCE),

    /** A console. */
    CONSOLE(CoreErrorSource.CONSOLE),

    /** A line of a log. */
    LOGGER(CoreErrorSource.LOGGER),

    /** The SDK. */
    AGENT(CoreErrorSource.AGENT),

    /** A web view. */
    WEBVIEW(CoreErrorSource.WEBVIEW),

    /** What the app calls one. */
    CUSTOM(CoreErrorSource.CUSTOM),
}
