package dev.handspan.internal

import java.lang.ref.ReferenceQueue
import java.lang.ref.WeakReference
import java.util.concurrent.ConcurrentHashMap

/**
 * The records of the calls under way, by the identity of the call. Weak: OkHttp never ends a call whose response the
 * app forgot to close, and its record must not stay for good. Thread-safe.
 */
internal class CallTable {
    private class Key(call: Any, queue: ReferenceQueue<Any>?) : WeakReference<Any>(call, queue) {
        private val hash = System.identityHashCode(call)

        override fun hashCode(): Int = hash

        override fun equals(other: Any?): Boolean =
            this === other || (other is Key && get().let { it != null && it === other.get() })
    }

    private val records = ConcurrentHashMap<Key, CallRecord>()
    private val collected = ReferenceQueue<Any>()

    /** Number of records. */
    val size: Int get() = records.size

    fun find(call: Any): CallRecord? = records[Key(call, null)]

    fun put(call: Any, record: CallRecord) {
        while (true) records.remove(collected.poll() ?: break)
        records[Key(call, collected)] = record
    }

    fun remove(call: Any) {
        records.remove(Key(call, null))
    }
}
