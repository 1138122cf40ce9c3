package dev.handspan

/** May the user be recorded? */
public enum class TrackingConsent(internal val wireName: String) {
    /** Requests are traced, recorded and sent. */
    GRANTED("granted"),

    /** Requests are traced and recorded; what is recorded stays on the device until the user decides. */
    PENDING("pending"),

    /** Nothing is recorded, no header is added; what was kept is deleted. */
    REFUSED("refused"),
}
