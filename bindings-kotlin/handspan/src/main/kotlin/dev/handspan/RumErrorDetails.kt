package dev.handspan

/**
 * All that can be said of an error. Set what is known and hand it to [HandspanMonitor.addError]; not for use by several threads at
 * once.
 *
 * ```
 * monitor.addError(RumErrorDetails("Payment refused").apply { handling = ErrorHandling.HANDLED; fingerprint = "payment" })
 * ```
 *
 * @param message what went wrong, in words.
 */
public class RumErrorDetails(public var message: String) {
    /** Where it comes from. Default [ErrorSource.SOURCE]. */
    public var source: ErrorSource = ErrorSource.SOURCE

    /** Its class, stack trace and up to 10 causes stand on the error. Default `null`. */
    public var throwable: Throwable? = null

    /** Class of the error. Default `null`: that of [throwable]. */
    public var type: String? = null

    /** Stack trace. Default `null`: that of [throwable]. */
    public var stack: String? = null

    /** Did it end the process? Default `false`. A crash is waited for until it is stored, at most 250 ms. */
    public var isCrash: Boolean = false

    /** Did the app catch it? Default `null`: not known. */
    public var handling: ErrorHandling? = null

    /** What kind of event it is. Default `null`. */
    public var category: ErrorCategory? = null

    /** What it is grouped by, in place of the stack trace. Default `null`. */
    public var fingerprint: String? = null

    /** How long the app hung, nanoseconds. Default `null`. */
    public var freezeDurationNs: Long? = null

    /** On the error. Default: none. */
    public var attributes: Map<String, Any?> = emptyMap()
}
