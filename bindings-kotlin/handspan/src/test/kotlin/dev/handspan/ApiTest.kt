package dev.handspan

import org.jetbrains.kotlin.abi.tools.AbiFilters
import org.jetbrains.kotlin.abi.tools.AbiToolsFactory
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.io.File
import java.util.ServiceLoader

/**
 * The public API, as Kotlin's own tools read it from the compiled classes, is what `bindings-kotlin/api/handspan.api` says.
 *
 * Where it was meant to change, write the file anew: `mvn test -Dtest=ApiTest -Dhandspan.api.write=true`. A line that goes, or that
 * changes, breaks apps.
 */
class ApiTest {
    private val file = File(System.getProperty("handspan.api.file"))
    private val classes = File(Handspan::class.java.protectionDomain.codeSource.location.toURI())

    private val dump: String by lazy {
        val tools = ServiceLoader.load(AbiToolsFactory::class.java).single().get()
        // What UniFFI generates is public for the compiler alone.
        val filters = AbiFilters(emptySet(), setOf("dev.handspan.ffi.**"), emptySet(), emptySet())
        val files = classes.walk().filter { it.extension == "class" }.asIterable()
        StringBuilder().also { tools.printJvmDump(it, files, filters) }.toString()
    }

    @Test
    fun `it is as it was meant`() {
        if (System.getProperty("handspan.api.write").toBoolean()) {
            file.parentFile.mkdirs()
            file.writeText(dump)
        }
        assertEquals(file.readText(), dump)
    }

    @Test
    fun `neither a generated type nor an internal one is in it`() {
        assertTrue("class dev/handspan/Handspan " in dump, dump)
        for (hidden in listOf("dev/handspan/ffi/", "dev/handspan/internal/")) assertFalse(hidden in dump, hidden)
    }
}
