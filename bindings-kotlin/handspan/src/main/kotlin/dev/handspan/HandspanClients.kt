@file:JvmName("HandspanClients")

package dev.handspan

import dev.handspan.internal.HandshakeInterceptor
import okhttp3.EventListener
import okhttp3.OkHttpClient
import okhttp3.WebSocket

/**
 * Installs Handspan on this client: [HandspanInterceptor], [HandspanNetworkInterceptor] and, around the app's own
 * factory, [HandspanEventListener.Factory]. Twice is as good as once.
 *
 * Call it last: an interceptor that the app adds afterwards sits inside of ours, and `eventListenerFactory(…)` set
 * afterwards replaces the listener; requests are then traced and reported all the same, without timings. To set one
 * afterwards, wrap it: see [HandspanEventListener.Factory].
 *
 * OkHttp does not tell a builder's factory, so a client is built to ask it. That costs a moment and opens nothing.
 *
 * From Java: `HandspanClients.handspan(builder, handspan)`.
 *
 * @return this builder.
 */
public fun OkHttpClient.Builder.handspan(handspan: Handspan): OkHttpClient.Builder {
    if (interceptors().none { it is HandspanInterceptor && it.handspan === handspan }) {
        addInterceptor(HandspanInterceptor(handspan))
    }
    if (networkInterceptors().none { it is HandspanNetworkInterceptor && it.handspan === handspan }) {
        addNetworkInterceptor(HandspanNetworkInterceptor(handspan))
    }
    val factory: EventListener.Factory = build().eventListenerFactory
    if (factory !is HandspanEventListener.Factory || factory.handspan !== handspan) {
        eventListenerFactory(HandspanEventListener.Factory(handspan, factory))
    }
    return this
}

/**
 * Opens web sockets whose handshake is traced, hop by hop, as any other request. OkHttp leads web sockets past network
 * interceptors: those that this client opens itself are reported, but not traced.
 *
 * ```
 * val socket = client.handspanWebSockets(handspan).newWebSocket(request, listener)
 * ```
 *
 * It works by a copy of this client, with the same connections, interceptors and settings. Redirects and 401 are answered as
 * the client would, by its `followRedirects`, `followSslRedirects` and `authenticator`; the latter is given no route, and the
 * response no `priorResponse`. What OkHttp sends once more by itself (408, 503 with `Retry-After: 0`, a broken connection)
 * goes with the same span id. Keep it: it costs as much as a client.
 *
 * From Java: `HandspanClients.handspanWebSockets(client, handspan)`.
 */
public fun OkHttpClient.handspanWebSockets(handspan: Handspan): WebSocket.Factory =
    HandshakeInterceptor.installedOn(newBuilder().handspan(handspan).build(), handspan.tracker)
