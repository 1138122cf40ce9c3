package dev.handspan

import dev.handspan.ffi.StartupType as CoreStartupType

/** From where the app comes up. */
public enum class StartupType(internal val core: CoreStartupType) {
    /** Its process is new. */
    COLD_START(CoreStartupType.COLD_START),

    /** Its process was there. */
    WARM_START(CoreStartupType.WARM_START),
}
