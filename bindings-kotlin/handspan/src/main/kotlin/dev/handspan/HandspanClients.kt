@file:JvmName("HandspanClients")

package dev.handspan

import okhttp3.EventListener
import okhttp3.OkHttpClient

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
