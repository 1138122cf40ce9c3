package dev.handspan.internal

import okhttp3.Authenticator
import okhttp3.Interceptor
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.Response
import java.net.HttpURLConnection.HTTP_UNAUTHORIZED
import java.net.ProtocolException

/**
 * Traces the handshakes of web sockets. OkHttp leads these past network interceptors, so each hop has to be seen from an
 * application interceptor: it is the last one, follows redirects and answers 401 itself, and OkHttp below it does neither.
 */
internal class HandshakeInterceptor private constructor(
    private val tracker: CallTracker,
    /** The app's client: what it would do. */
    private val client: OkHttpClient,
) : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        var request = chain.request()
        var followUps = 0
        while (true) {
            val own = tracker.guard(request) { tracker.withoutOurs(request) }
            // The app sees its own request in the response, as from OkHttp.
            val response = tracker.makeHop(chain, own).newBuilder().request(own).build()
            request = followUp(response) ?: return response
            response.close()
            if (++followUps > MAX_FOLLOW_UPS) throw ProtocolException("Too many follow-up requests: $followUps")
        }
    }

    private fun followUp(response: Response): Request? = when {
        response.code == HTTP_UNAUTHORIZED -> client.authenticator.authenticate(null, response)
        response.isRedirect && client.followRedirects -> redirected(response)
        else -> null
    }

    private fun redirected(response: Response): Request? {
        val from = response.request.url
        val to = response.header("Location")?.let { from.resolve(it) } ?: return null
        if (to.scheme != from.scheme && !client.followSslRedirects) return null
        val request = response.request.newBuilder().url(to)
        if (to.scheme != from.scheme || to.host != from.host || to.port != from.port) request.removeHeader("Authorization")
        return request.build()
    }

    companion object {
        /** As many as OkHttp makes. */
        private const val MAX_FOLLOW_UPS = 20

        /** A client that traces handshakes and otherwise does what [client] does. */
        fun installedOn(client: OkHttpClient, tracker: CallTracker): OkHttpClient = client.newBuilder()
            .followRedirects(false)
            .authenticator(Authenticator.NONE)
            .addInterceptor(HandshakeInterceptor(tracker, client))
            .build()
    }
}
