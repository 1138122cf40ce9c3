package dev.handspan

import dev.handspan.ffi.ResourceKind as CoreResourceKind

/** What a response holds. */
public enum class ResourceKind(internal val core: CoreResourceKind) {
    /** What a call of the app's brings. */
    NATIVE(CoreResourceKind.NATIVE),

    /** A picture. */
    IMAGE(CoreResourceKind.IMAGE),

    /** Sound or film. */
    MEDIA(CoreResourceKind.MEDIA),

    /** A font. */
    FONT(CoreResourceKind.FONT),

    /** A style sheet. */
    CSS(CoreResourceKind.CSS),

    /** A script. */
    JS(CoreResourceKind.JS),

    /** A page. */
    DOCUMENT(CoreResourceKind.DOCUMENT),

    /** Anything else. */
    OTHER(CoreResourceKind.OTHER),
}
