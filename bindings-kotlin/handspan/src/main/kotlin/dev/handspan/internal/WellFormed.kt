package dev.handspan.internal

/** This text with `?` for half a surrogate pair: it has no form in UTF-8, and UniFFI would throw. */
internal fun String.wellFormed(): String = if (none { it.isSurrogate() }) this else String(toByteArray())

/** Text of the app's as it crosses the boundary. The intake takes no event over 1 MB: more of it can't arrive. */
internal fun String.bounded(): String = take(MAX_TEXT_CHARS).wellFormed()

internal const val MAX_TEXT_CHARS: Int = 1_000_000
