package dev.handspan

/**
 * What happens in the app, said by hand: views, actions, errors and what else a session is made of. [Handspan.rum] is the real
 * one; being an interface, it can be replaced in the app's tests.
 *
 * Nothing here throws, and every function returns without waiting, from any thread, except with a crash
 * ([RumErrorDetails.isCrash]). What is said before the library is loaded is kept in order with its time, at most 1,000 commands
 * or about 1 MB; what is over is counted in [HandspanStatus.commandsDropped].
 *
 * **Attributes** are values by name: `Boolean`, numbers, text, `null`, and collections, arrays and maps of these. An enum is
 * written as its name, a `Date` as ISO 8601, anything else as its `toString()`. At most 1,000 entries an event count, those of
 * collections and maps among them, and 20 levels; what is over is left out and counted in [HandspanStatus.attributesDropped]. They
 * are read during the call: what the map becomes afterwards changes nothing.
 *
 * **Keys** name a view or a request from its start to its end: text, or any object, as an activity, which counts by its identity.
 */
public interface HandspanMonitor {
    /**
     * A screen appears. The one that was active is stopped; the same key again starts it anew.
     *
     * @param key what [stopView] names it by.
     * @param name its name, for people.
     * @param attributes on the view and on everything in it.
     * @param url its address, as a route. `null` (the default): the key, or the class of the object that is the key.
     */
    public fun startView(key: Any, name: String, attributes: Map<String, Any?> = emptyMap(), url: String? = null)

    /** A screen goes. Of one that is not active nothing happens. */
    public fun stopView(key: Any, attributes: Map<String, Any?> = emptyMap())

    /**
     * A moment of the active view, measured from its start.
     *
     * @param name letters, digits and `-_.@$`; another character becomes `_`.
     */
    public fun addViewTiming(name: String)

    /**
     * The active view shows now all that it is to show.
     *
     * @param overwrite does this count in place of an earlier one? Default `false`: the first stands.
     */
    public fun addViewLoadingTime(overwrite: Boolean = false)

    /** On the active view and what happens in it, from now on. */
    public fun setViewAttributes(attributes: Map<String, Any?>)

    /** The reverse of [setViewAttributes]. */
    public fun removeViewAttributes(names: Collection<String>)

    /**
     * The user has done something. What happens within 100 ms of it and of what it caused counts as its doing.
     *
     * @param name on what.
     */
    public fun addAction(type: ActionType, name: String, attributes: Map<String, Any?> = emptyMap())

    /** The user begins something that lasts, as a scroll. */
    public fun startAction(type: ActionType, name: String, attributes: Map<String, Any?> = emptyMap())

    /**
     * The user ends it.
     *
     * @param type what it turned out to be. `null` (the default): as it was started.
     * @param name the same.
     */
    public fun stopAction(type: ActionType? = null, name: String? = null, attributes: Map<String, Any?> = emptyMap())

    /**
     * Something went wrong.
     *
     * @param throwable its class, stack trace and up to 10 causes stand on the error.
     */
    public fun addError(
        message: String,
        source: ErrorSource,
        throwable: Throwable? = null,
        attributes: Map<String, Any?> = emptyMap(),
    )

    /** Something went wrong, of which more is known. [details] is read during the call. */
    public fun addError(details: RumErrorDetails)

    /** A request begins that no interceptor of ours sees. */
    public fun startResource(key: Any, method: String, url: String, attributes: Map<String, Any?> = emptyMap())

    /**
     * It was answered.
     *
     * @param statusCode HTTP status, if there was one.
     * @param size bytes of the response's body, if known.
     */
    public fun stopResource(
        key: Any,
        statusCode: Int?,
        size: Long?,
        kind: ResourceKind,
        attributes: Map<String, Any?> = emptyMap(),
    )

    /** It failed: the request, and an error of its own. */
    public fun stopResourceWithError(
        key: Any,
        statusCode: Int?,
        message: String,
        throwable: Throwable? = null,
        attributes: Map<String, Any?> = emptyMap(),
    )

    /**
     * The main thread was busy until now.
     *
     * @param durationNs for how long, nanoseconds. From 700 ms on it is a frozen frame. 0 or less is ignored.
     */
    public fun addLongTask(durationNs: Long, attributes: Map<String, Any?> = emptyMap())

    /**
     * A reading of the platform's vitals, for the active view. What was not measured is `null`.
     *
     * @param memoryBytes memory of the app, bytes.
     * @param cpuTicks CPU ticks of the app since its start.
     * @param refreshRate frames a second.
     */
    public fun addPerformanceSample(memoryBytes: Double? = null, cpuTicks: Double? = null, refreshRate: Double? = null)

    /**
     * A duration that the app has measured; it ended now.
     *
     * @param durationNs nanoseconds, from 0.
     * @param description of which one, where several have this name.
     */
    public fun addDurationVital(
        name: String,
        durationNs: Long,
        description: String? = null,
        attributes: Map<String, Any?> = emptyMap(),
    )

    /**
     * Something begins that the user wants done, across views: a login, a payment.
     *
     * @param key of which one, where several of this name run at a time.
     */
    public fun startOperation(name: String, key: String? = null, attributes: Map<String, Any?> = emptyMap())

    /** It goes on. */
    public fun updateOperation(name: String, key: String? = null, attributes: Map<String, Any?> = emptyMap())

    /** It is tried again. */
    public fun retryOperation(name: String, key: String? = null, attributes: Map<String, Any?> = emptyMap())

    /** It has worked. */
    public fun succeedOperation(name: String, key: String? = null, attributes: Map<String, Any?> = emptyMap())

    /** It has failed. */
    public fun failOperation(
        name: String,
        key: String?,
        reason: OperationFailureReason,
        attributes: Map<String, Any?> = emptyMap(),
    )

    /**
     * The app has come up, now.
     *
     * @param durationNs nanoseconds since its process began.
     * @param hasSavedInstanceState had Android kept its state? `null` (the default): not known.
     */
    public fun addAppLaunch(
        metric: AppLaunchMetric,
        durationNs: Long,
        startup: StartupType,
        hasSavedInstanceState: Boolean? = null,
    )

    /** A feature flag was asked, and this was the answer: on the active view and the errors in it. */
    public fun addFeatureFlag(name: String, value: Any?)

    /** On everything from now on, in place of an earlier value of this name. */
    public fun setAttribute(name: String, value: Any?)

    /** The reverse of [setAttribute]. */
    public fun removeAttribute(name: String)

    /** How the phone is connected, from now on. */
    public fun setConnectivity(connectivity: Connectivity)

    /** The user is done, though the app stays: a kiosk. The next view or action begins a session. */
    public fun stopSession()

    // Java has no default arguments, and Kotlin writes no overloads for an interface.

    /** [startView] by the key, without attributes. */
    public fun startView(key: Any, name: String): Unit = startView(key, name, emptyMap(), null)

    /** [startView] by the key. */
    public fun startView(key: Any, name: String, attributes: Map<String, Any?>): Unit = startView(key, name, attributes, null)

    /** [stopView] without attributes. */
    public fun stopView(key: Any): Unit = stopView(key, emptyMap())

    /** [addViewLoadingTime], the first one to stand. */
    public fun addViewLoadingTime(): Unit = addViewLoadingTime(false)

    /** [addAction] without attributes. */
    public fun addAction(type: ActionType, name: String): Unit = addAction(type, name, emptyMap())

    /** [startAction] without attributes. */
    public fun startAction(type: ActionType, name: String): Unit = startAction(type, name, emptyMap())

    /** [stopAction] as it was started. */
    public fun stopAction(): Unit = stopAction(null, null, emptyMap())

    /** [stopAction] without attributes. */
    public fun stopAction(type: ActionType?, name: String?): Unit = stopAction(type, name, emptyMap())

    /** [addError] without an exception. */
    public fun addError(message: String, source: ErrorSource): Unit = addError(message, source, null, emptyMap())

    /** [addError] without attributes. */
    public fun addError(message: String, source: ErrorSource, throwable: Throwable?): Unit =
        addError(message, source, throwable, emptyMap())

    /** [startResource] without attributes. */
    public fun startResource(key: Any, method: String, url: String): Unit = startResource(key, method, url, emptyMap())

    /** [stopResource] without attributes. */
    public fun stopResource(key: Any, statusCode: Int?, size: Long?, kind: ResourceKind): Unit =
        stopResource(key, statusCode, size, kind, emptyMap())

    /** [stopResourceWithError] without an exception. */
    public fun stopResourceWithError(key: Any, statusCode: Int?, message: String): Unit =
        stopResourceWithError(key, statusCode, message, null, emptyMap())

    /** [stopResourceWithError] without attributes. */
    public fun stopResourceWithError(key: Any, statusCode: Int?, message: String, throwable: Throwable?): Unit =
        stopResourceWithError(key, statusCode, message, throwable, emptyMap())

    /** [addLongTask] without attributes. */
    public fun addLongTask(durationNs: Long): Unit = addLongTask(durationNs, emptyMap())

    /** [addDurationVital] without description and attributes. */
    public fun addDurationVital(name: String, durationNs: Long): Unit = addDurationVital(name, durationNs, null, emptyMap())

    /** [startOperation] where one of this name runs at a time. */
    public fun startOperation(name: String): Unit = startOperation(name, null, emptyMap())

    /** [startOperation] without attributes. */
    public fun startOperation(name: String, key: String?): Unit = startOperation(name, key, emptyMap())

    /** [updateOperation] where one of this name runs at a time. */
    public fun updateOperation(name: String): Unit = updateOperation(name, null, emptyMap())

    /** [updateOperation] without attributes. */
    public fun updateOperation(name: String, key: String?): Unit = updateOperation(name, key, emptyMap())

    /** [retryOperation] where one of this name runs at a time. */
    public fun retryOperation(name: String): Unit = retryOperation(name, null, emptyMap())

    /** [retryOperation] without attributes. */
    public fun retryOperation(name: String, key: String?): Unit = retryOperation(name, key, emptyMap())

    /** [succeedOperation] where one of this name runs at a time. */
    public fun succeedOperation(name: String): Unit = succeedOperation(name, null, emptyMap())

    /** [succeedOperation] without attributes. */
    public fun succeedOperation(name: String, key: String?): Unit = succeedOperation(name, key, emptyMap())

    /** [failOperation] without attributes. */
    public fun failOperation(name: String, key: String?, reason: OperationFailureReason): Unit =
        failOperation(name, key, reason, emptyMap())

    /** [addAppLaunch] without word on a saved state. */
    public fun addAppLaunch(metric: AppLaunchMetric, durationNs: Long, startup: StartupType): Unit =
        addAppLaunch(metric, durationNs, startup, null)
}
