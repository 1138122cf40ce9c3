package dev.handspan

import dev.handspan.ffi.ConnectivityStatus as CoreConnectivityStatus

/** Is the phone connected? */
public enum class ConnectivityStatus(internal val core: CoreConnectivityStatus) {
    /** It is. */
    CONNECTED(CoreConnectivityStatus.CONNECTED),

    /** It is not. */
    NOT_CONNECTED(CoreConnectivityStatus.NOT_CONNECTED),

    /** Nobody knows. */
    MAYBE(CoreConnectivityStatus.MAYBE),
}
