package dev.handspan.internal

/** This text with `?` for half a surrogate pair: it has no form in UTF-8, and UniFFI would throw. */
internal fun String.wellFormed(): String = if (none { it.isSurrogate() }) this else String(toByteArray())
