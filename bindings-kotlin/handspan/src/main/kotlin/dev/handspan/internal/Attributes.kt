package dev.handspan.internal

import dev.handspan.ffi.Attribute
import dev.handspan.ffi.AttributeValue
import java.math.BigInteger
import java.text.SimpleDateFormat
import java.util.Date
import java.util.Locale
import java.util.TimeZone
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong

/**
 * Reads what the app attaches to one event, whatever it is: within bounds, and without a word of the app's objects that throw.
 * What is left out is counted. One object an event; not thread-safe.
 */
internal class AttributeReader(private val dropped: AtomicLong) {
    private var entries = MAX_ENTRIES
    private var chars = MAX_CHARS

    // Nullable: from Java it may be.
    fun attributes(from: Map<*, *>?): List<Attribute> = if (from == null) emptyList() else attributes(from, 1)

    /** One of them; none where its value can't be read. */
    fun attributes(name: String?, value: Any?): List<Attribute> = attributes(mapOf(name to value), 1)

    fun value(from: Any?): AttributeValue = value(from, 1) ?: AttributeValue.Null

    private fun attributes(from: Map<*, *>, depth: Int): List<Attribute> {
        val into = ArrayList<Attribute>()
        readEach(from.entries) { (name, value) ->
            if (name == null) {
                drop()
            } else {
                val called = text(name)
                value(value, depth)?.let { into.add(Attribute(called, it)) }
            }
        }
        return into
    }

    private fun list(from: Iterable<*>, depth: Int): AttributeValue {
        val into = ArrayList<AttributeValue>()
        readEach(from) { value -> value(value, depth)?.let { into.add(it) } }
        return AttributeValue.Items(into)
    }

    /** The app may change its collection meanwhile, and one may be endless. */
    private inline fun <T> readEach(from: Iterable<T>, read: (T) -> Unit) {
        try {
            for (one in from) {
                if (entries == 0 || chars == 0) return drop()
                entries--
                read(one)
            }
        } catch (_: Throwable) {
            drop()
        }
    }

    private fun value(from: Any?, depth: Int): AttributeValue? = try {
        read(from, depth)
    } catch (_: Throwable) {
        // Most of all what a `toString()` throws, a stack overflow among it.
        drop()
        null
    }

    private fun read(from: Any?, depth: Int): AttributeValue? = when (from) {
        null -> AttributeValue.Null
        is Boolean -> AttributeValue.Bool(from)
        is Number -> number(from)
        is UByte -> AttributeValue.Int(from.toLong())
        is UShort -> AttributeValue.Int(from.toLong())
        is UInt -> AttributeValue.Int(from.toLong())
        is ULong -> if (from <= Long.MAX_VALUE.toULong()) AttributeValue.Int(from.toLong()) else AttributeValue.Double(from.toDouble())
        is Enum<*> -> AttributeValue.Text(text(from.name))
        is Date -> AttributeValue.Text(isoText(from))
        is Map<*, *> -> below(depth) { AttributeValue.Map(attributes(from, it)) }
        else -> elements(from)?.let { all -> below(depth) { list(all, it) } } ?: AttributeValue.Text(text(from))
    }

    private fun number(from: Number): AttributeValue = when (from) {
        is Byte, is Short, is Int, is Long, is AtomicInteger, is AtomicLong -> AttributeValue.Int(from.toLong())
        is BigInteger -> if (from.bitLength() < Long.SIZE_BITS) AttributeValue.Int(from.toLong()) else AttributeValue.Double(from.toDouble())
        // By its text: 0.1f is 0.1, not 0.10000000149.
        is Float -> AttributeValue.Double(from.toString().toDouble())
        else -> AttributeValue.Double(from.toDouble())
    }

    private fun elements(from: Any): Iterable<*>? = when (from) {
        // A path is made of paths, each of itself; what is comparable is a value.
        is Iterable<*> -> if (from is Comparable<*>) null else from
        is Array<*> -> from.asList()
        is BooleanArray -> from.asList()
        is ByteArray -> from.asList()
        is ShortArray -> from.asList()
        is IntArray -> from.asList()
        is LongArray -> from.asList()
        is FloatArray -> from.asList()
        is DoubleArray -> from.asList()
        is CharArray -> from.asList()
        else -> null
    }

    private inline fun below(depth: Int, read: (Int) -> AttributeValue): AttributeValue {
        if (depth < MAX_DEPTH) return read(depth + 1)
        drop()
        return AttributeValue.Null
    }

    private fun text(from: Any): String {
        val whole = from.toString()
        if (whole.length > chars) drop()
        val text = whole.take(chars)
        chars -= text.length
        return text.wellFormed()
    }

    private fun drop() {
        dropped.incrementAndGet()
    }

    private companion object {
        /** The intake takes 1,000 attributes an event, 20 levels deep. */
        const val MAX_ENTRIES = 1_000
        const val MAX_DEPTH = 20

        /** The intake takes no event over 1 MB: more text can't arrive. */
        const val MAX_CHARS = MAX_TEXT_CHARS
    }
}

/** A `SimpleDateFormat` serves one thread, and Android has no `java.time` below API 26. */
private fun isoText(date: Date): String =
    SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).apply { timeZone = TimeZone.getTimeZone("UTC") }.format(date)

/** The core's attributes as an app reads them. */
internal fun List<Attribute>.toMap(): MutableMap<String, Any?> =
    associateTo(LinkedHashMap()) { it.name to it.value.toAny() }

private fun AttributeValue.toAny(): Any? = when (this) {
    is AttributeValue.Null -> null
    is AttributeValue.Bool -> value
    is AttributeValue.Int -> value
    is AttributeValue.Double -> value
    is AttributeValue.Text -> value
    is AttributeValue.Items -> values.map { it.toAny() }
    is AttributeValue.Map -> attributes.toMap()
}
