package dev.handspan.hops

import okhttp3.HttpUrl
import okhttp3.Interceptor
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Protocol
import okhttp3.Request
import okhttp3.Response
import okhttp3.ResponseBody.Companion.toResponseBody

/** The interceptors of the app that the table names. */
internal class AppInterceptors(private val url: (String) -> HttpUrl, private val onTheSide: () -> OkHttpClient) {
    fun named(text: String): Interceptor {
        val words = text.split(" ")
        return when {
            text.startsWith("set ") -> Interceptor { it.proceed(it.request().newBuilder().header(words[1], words[2]).build()) }
            text.startsWith("move ") -> Interceptor { it.proceed(it.request().to(words[1])) }
            text.startsWith("retry ") -> again(words[1].toInt()) { it }
            text.startsWith("fail over ") -> again(words[2].toInt()) { it.to(words[3]) }
            text.startsWith("side call ") -> Interceptor {
                onTheSide().newCall(it.request().to(words[2])).execute().close()
                it.proceed(it.request())
            }
            text.startsWith("answer ") -> Interceptor { answered(it.request(), words[1].toInt()) }
            text == "rebuild" -> Interceptor { it.proceed(rebuilt(it.request())) }
            text == "follow" -> Interceptor(::following)
            else -> throw IllegalArgumentException("no such interceptor: $text")
        }
    }

    private fun Request.to(address: String) = newBuilder().url(this@AppInterceptors.url(address)).build()

    private fun again(status: Int, next: (Request) -> Request) = Interceptor { chain ->
        val response = chain.proceed(chain.request())
        if (response.code != status) return@Interceptor response
        response.close()
        chain.proceed(next(chain.request()))
    }

    private fun following(chain: Interceptor.Chain): Response {
        var response = chain.proceed(chain.request())
        while (response.isRedirect) {
            val target = response.request.url.resolve(response.header("Location")!!)!!
            response.close()
            response = chain.proceed(response.request.newBuilder().url(target).build())
        }
        return response
    }

    private fun rebuilt(request: Request): Request {
        val anew = Request.Builder().url(request.url).method(request.method, request.body)
        request.headers.forEach { (name, value) -> anew.addHeader(name, value) }
        return anew.build()
    }

    private fun answered(request: Request, status: Int) = Response.Builder()
        .request(request).protocol(Protocol.HTTP_1_1).code(status).message("from the app")
        .body("hello".toResponseBody("text/plain".toMediaType()))
        .build()
}
