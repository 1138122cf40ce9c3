package dev.handspan.internal

import okhttp3.Request

/** Tag of a request whose trace is to be kept. */
internal object KeptTrace

internal val Request.isKept: Boolean get() = tag(KeptTrace::class.java) != null
