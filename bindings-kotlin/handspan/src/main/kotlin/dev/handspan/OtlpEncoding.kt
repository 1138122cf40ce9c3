package dev.handspan

/** How an OTLP receiver is spoken to. */
public enum class OtlpEncoding(internal val wireName: String) {
    /** Binary Protobuf, which every receiver takes. */
    PROTOBUF("protobuf"),

    /** JSON: larger, and readable on the way. */
    JSON("json"),
}
