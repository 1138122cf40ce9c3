package dev.handspan.internal

import okhttp3.Request

/**
 * What was set on the last hops, found again by a header that only one hop has: a request that the app made from another
 * one's headers has lost its tag, and what is ours on it must not pass for the app's own. Thread-safe.
 */
internal class RecentHops {
    private val byValue = HashMap<String, InjectedHeaders>()
    private val oldestFirst = ArrayDeque<String>()

    fun add(injected: InjectedHeaders) {
        val values = NAMES.mapNotNull { injected.valueOf(it) }
        synchronized(byValue) {
            for (value in values) {
                if (byValue.put(value, injected) == null) oldestFirst.addLast(value)
            }
            while (oldestFirst.size > CAPACITY) byValue.remove(oldestFirst.removeFirst())
        }
    }

    /** What of this request is ours, if anything. */
    fun find(request: Request): InjectedHeaders? {
        // Most requests have none of them.
        val values = NAMES.mapNotNull { request.header(it) }
        if (values.isEmpty()) return null
        return synchronized(byValue) { values.firstNotNullOfOrNull { byValue[it] } }
    }

    private companion object {
        /** Each format's header with the span id. */
        val NAMES = listOf("traceparent", "x-datadog-parent-id", "b3", "x-b3-spanid", "sw8")

        /** Some 500 hops in the two usual formats, about 1 KB each: more than an app has in hand to copy from. */
        const val CAPACITY = 1_024
    }
}
