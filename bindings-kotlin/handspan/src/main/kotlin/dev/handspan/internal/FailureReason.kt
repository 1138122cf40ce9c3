package dev.handspan.internal

import dev.handspan.ffi.StartFailure

/** Why the core could not be opened, in words, with what to do. */
internal fun reasonOf(failure: Throwable): String {
    val cause = generateSequence(failure) { it.cause }.take(MAX_CAUSES).last()
    val said = cause.message?.lineSequence()?.first()?.take(MAX_CHARS) ?: cause.javaClass.name
    return when {
        cause is StartFailure.Configuration -> "The configuration was refused: ${cause.explanation}"
        cause is StartFailure.Platform -> "The platform refused: ${cause.explanation}"
        cause is UnsatisfiedLinkError ->
            "The native library could not be loaded: $said. On Android libhandspan.so belongs into jniLibs/<abi>; on a " +
                "JVM name its folder by -Djna.library.path."
        cause.isAbout("com/sun/jna") || cause.isAbout("com.sun.jna") ->
            "JNA is missing ($said). Add net.java.dev.jna:jna 5.19.1 or newer; under R8 or ProGuard keep com.sun.jna.**."
        said.contains("UniFFI") ->
            "The native library is of another version than these classes: $said. Take both from one release."
        else -> "Handspan could not be started: ${cause.javaClass.name}: $said"
    }
}

private fun Throwable.isAbout(packageName: String) =
    (this is LinkageError || this is ClassNotFoundException) && message?.contains(packageName) == true

/** A chain of causes can be a ring. */
private const val MAX_CAUSES = 16

/** Enough to tell what is wrong; JNA lists every path it has tried. */
private const val MAX_CHARS = 500
