package dev.handspan

import dev.handspan.ffi.ActionKind

/** What the user did. */
public enum class ActionType(internal val core: ActionKind) {
    /** A touch. */
    TAP(ActionKind.TAP),

    /** A mouse. */
    CLICK(ActionKind.CLICK),

    /** Content moved. */
    SCROLL(ActionKind.SCROLL),

    /** A flick. */
    SWIPE(ActionKind.SWIPE),

    /** Android's back. */
    BACK(ActionKind.BACK),

    /** What the app calls one: recorded at once, beside one that is open. */
    CUSTOM(ActionKind.CUSTOM),
}
