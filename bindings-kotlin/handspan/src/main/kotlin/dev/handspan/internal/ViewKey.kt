package dev.handspan.internal

/** The key of a view or a resource, as the core compares it. Of an object its identity counts, as in Datadog's SDK. */
internal fun keyText(key: Any): String = when {
    isText(key) -> key.toString().bounded()
    key is Enum<*> -> "${key.declaringJavaClass.name}.${key.name}"
    key is Class<*> -> key.name
    else -> "${key.javaClass.name}@${Integer.toHexString(System.identityHashCode(key))}"
}

/** The URL of a view that has none: its class; `null` where the key says as much. */
internal fun urlOfKey(key: Any): String? =
    if (isText(key) || key is Enum<*> || key is Class<*>) null else key.javaClass.name

private fun isText(key: Any) = key is CharSequence || key is Number || key is Boolean || key is Char
