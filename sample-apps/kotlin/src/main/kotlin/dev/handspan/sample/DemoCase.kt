package dev.handspan.sample

import okhttp3.HttpUrl
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.Request

/** One request of the demo and what should become of it. */
class DemoCase(val name: String, val expect: String, val request: Request)

private const val JOINED = "joined"
private const val NOT_EXPECTED = "not_expected"
private const val NO_BACKEND = "no_backend"

/** A trace that the app itself began, before Handspan. */
private const val OWN_TRACEPARENT = "00-6a5e1c8d2f9b47038c41d7e2b0956f3a-5d3c1b0a99887766-01"

/** The cases whose servers run; [leftOut] hears the name of each other one and the server that it misses. */
fun demoCases(settings: DemoSettings, leftOut: (name: String, server: String) -> Unit): List<DemoCase> {
    val cases = ArrayList<DemoCase>()

    fun case(name: String, expect: String, vararg servers: String, build: (id: String, bases: List<HttpUrl>) -> Request.Builder) {
        val id = "kotlin-$name"
        val bases = servers.map { settings.url(it)?.toHttpUrl() ?: return leftOut(id, it) }
        cases.add(DemoCase(id, expect, build(id, bases).build()))
    }

    fun get(url: HttpUrl) = Request.Builder().url(url)

    case("hello-shop", JOINED, "shop") { id, (shop) -> get(shop.page("hello", id)) }
    case("subdomain", JOINED, "shop") { id, (shop) ->
        get(shop.newBuilder().host("api.${shop.host}").build().page("hello", id))
    }
    case("hello-pay", JOINED, "pay") { id, (pay) -> get(pay.page("hello", id)) }
    case("hello-embedded", JOINED, "embedded") { id, (embedded) -> get(embedded.page("hello", id)) }
    case("third-party", NOT_EXPECTED, "third") { id, (third) -> get(third.page("hello", id)) }
    case("redirect-out", JOINED, "shop", "third") { id, (shop, third) ->
        get(shop.page("redirect", id, to = third.page("hello", id)))
    }
    case("redirect-back", JOINED, "third", "shop") { id, (third, shop) ->
        get(third.page("redirect", id, to = shop.page("hello", id)))
    }
    case("fail-500", JOINED, "shop") { id, (shop) -> get(shop.page("fail", id)) }
    case("fail-connect", NO_BACKEND, "closed") { id, (closed) -> get(closed.page("hello", id)) }
    case("app-traceparent", JOINED, "shop") { id, (shop) ->
        get(shop.page("hello", id)).header("traceparent", OWN_TRACEPARENT)
    }
    return cases
}

private fun HttpUrl.page(path: String, case: String, to: HttpUrl? = null): HttpUrl =
    newBuilder().addPathSegment(path).addQueryParameter("case", case)
        .apply { if (to != null) addQueryParameter("to", to.toString()) }
        .build()
