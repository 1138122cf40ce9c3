package dev.handspan

import dev.handspan.ffi.AppLaunchMetric as CoreAppLaunchMetric

/** How far the app has come up. */
public enum class AppLaunchMetric(internal val core: CoreAppLaunchMetric) {
    /** Its first frame is drawn. */
    TIME_TO_INITIAL_DISPLAY(CoreAppLaunchMetric.TIME_TO_INITIAL_DISPLAY),

    /** It can be used. */
    TIME_TO_FULL_DISPLAY(CoreAppLaunchMetric.TIME_TO_FULL_DISPLAY),
}
