package dev.handspan.internal

import dev.handspan.ffi.Header
import dev.handspan.ffi.HopRequest
import dev.handspan.ffi.RequestIds
import okhttp3.HttpUrl
import okhttp3.Request

/** What the core has to know of a hop. Host, port and path as OkHttp parsed them: there is no second opinion on a URL. */
internal fun hopRequest(request: Request, traceHeaderNames: Set<String>, ids: RequestIds?, keep: Boolean): HopRequest {
    val url = request.url
    return HopRequest(
        method = request.method,
        scheme = url.scheme,
        host = url.host,
        port = url.port.toUShort(),
        path = url.encodedPath,
        headers = request.headers.filter { it.first in traceHeaderNames }.map { Header(it.first, it.second.wellFormed()) },
        ids = ids,
        keep = keep,
    )
}

/** A URL as it is recorded: without credentials, which have no business in an event. */
internal fun shown(url: HttpUrl): String =
    if (url.encodedUsername.isEmpty() && url.encodedPassword.isEmpty()) {
        url.toString()
    } else {
        url.newBuilder().username("").password("").build().toString()
    }
