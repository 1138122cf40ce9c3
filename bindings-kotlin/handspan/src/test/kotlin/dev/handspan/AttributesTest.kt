package dev.handspan

import dev.handspan.ffi.Attribute
import dev.handspan.ffi.AttributeValue
import dev.handspan.internal.AttributeReader
import dev.handspan.internal.toMap
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.math.BigDecimal
import java.math.BigInteger
import java.nio.file.Paths
import java.util.Date
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicLong

/** Whatever the app attaches to an event, it arrives typed and within bounds, and nothing throws. */
class AttributesTest {
    private val dropped = AtomicLong()

    private fun read(from: Map<*, *>): List<Attribute> = AttributeReader(dropped).attributes(from)

    /** There and back. */
    private fun back(value: Any?): Any? = read(mapOf("a" to value)).toMap()["a"]

    @Test
    fun `each type of Kotlin's is one of the core's`() {
        val kinds = listOf(
            null to null, true to true, 1 to 1L, 1.toByte() to 1L, 1.toShort() to 1L, Long.MIN_VALUE to Long.MIN_VALUE,
            0.1f to 0.1, 0.1 to 0.1, Double.NaN to Double.NaN, 7u to 7L, 7.toUByte() to 7L, 7.toUShort() to 7L, 7UL to 7L,
            ULong.MAX_VALUE to ULong.MAX_VALUE.toDouble(), AtomicInteger(3) to 3L, AtomicLong(3) to 3L,
            BigInteger.TEN to 10L, BigInteger.TEN.pow(30) to 1e30, BigDecimal("1.5") to 1.5,
            "text" to "text", StringBuilder("text") to "text", 'c' to "c", ActionType.TAP to "TAP",
            Date(1_000) to "1970-01-01T00:00:01.000Z", java.time.Instant.EPOCH to "1970-01-01T00:00:00Z",
            listOf(1, "a", null) to listOf(1L, "a", null), setOf(1) to listOf(1L), arrayOf<Any>("a", 1) to listOf("a", 1L),
            booleanArrayOf(true) to listOf(true), byteArrayOf(1) to listOf(1L), shortArrayOf(1) to listOf(1L),
            intArrayOf(1) to listOf(1L), longArrayOf(1) to listOf(1L), floatArrayOf(0.1f) to listOf(0.1),
            doubleArrayOf(1.5) to listOf(1.5), charArrayOf('c') to listOf("c"),
            mapOf("b" to mapOf("c" to 1)) to mapOf("b" to mapOf("c" to 1L)), mapOf(1 to 2) to mapOf("1" to 2L),
            Paths.get("a", "b") to Paths.get("a", "b").toString(),
        )
        for ((given, expected) in kinds) assertEquals(expected, back(given)) { "${given?.javaClass}" }
        assertEquals(0, dropped.get())
    }

    @Test
    fun `half a surrogate pair is replaced, in names and in values`() =
        assertEquals(mapOf("a?" to "b?"), read(mapOf("a\uD83D" to "b\uD83D")).toMap())

    @Test
    fun `what the app reads while it changes it is read as far as it goes`() {
        class Torn : AbstractList<Int>() {
            override val size = 3
            override fun get(index: Int) = if (index < 2) index else throw ConcurrentModificationException()
        }
        assertEquals(listOf(0L, 1L), back(Torn()))
        assertEquals(1, dropped.get())
    }

    @Test
    fun `an object that throws, or a name that is none, takes no other with it`() {
        class Hostile(val throwing: Throwable) {
            override fun toString(): String = throw throwing
        }
        val all = mapOf("a" to Hostile(IllegalStateException()), "b" to Hostile(StackOverflowError()), null to 1, "c" to 1)
        assertEquals(mapOf<String, Any?>("c" to 1L), read(all).toMap())
        assertEquals(3, dropped.get())
    }

    @Test
    fun `what contains itself ends at twenty levels`() {
        val ring = ArrayList<Any>()
        ring.add(ring)
        var levels = 0
        var inner: Any? = back(ring)
        while (inner is List<*>) {
            levels++
            inner = inner.single()
        }
        // The map itself is the first level.
        assertEquals(19, levels)
        assertEquals(1, dropped.get())
    }

    @Test
    fun `a map that is twice in a map, thirty levels down, does not take for ever`() {
        var wide: Map<String, Any> = mapOf("leaf" to 1)
        repeat(30) { wide = mapOf("a" to wide, "b" to wide) }
        assertTrue(entries(read(wide)) <= 1_000)
        assertTrue(dropped.get() > 0)
    }

    @Test
    fun `a thousand entries of a hundred thousand, or of an endless list, are read`() {
        assertEquals(1_000, read((1..100_000).associateBy { "k$it" }).size)
        assertEquals(999, (back(generateSequence(1) { it + 1 }.asIterable()) as List<*>).size)
        assertEquals(2, dropped.get())
    }

    @Test
    fun `of more text than an event may hold the first megabyte is read`() {
        val read = read(linkedMapOf("a" to "x".repeat(900_000), "b" to "y".repeat(900_000), "c" to "z")).toMap()
        assertEquals(listOf(900_000, 99_998), read.values.map { (it as String).length })
        assertEquals(2, dropped.get())
    }

    private fun entries(attributes: List<Attribute>): Int = attributes.sumOf {
        1 + ((it.value as? AttributeValue.Map)?.let { map -> entries(map.attributes) } ?: 0)
    }
}
