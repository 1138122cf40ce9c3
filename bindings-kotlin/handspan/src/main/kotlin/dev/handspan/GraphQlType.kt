package dev.handspan

/** What a GraphQL request asks for. */
public enum class GraphQlType(internal val wireName: String) {
    /** To read. */
    QUERY("query"),

    /** To change. */
    MUTATION("mutation"),

    /** To be told. */
    SUBSCRIPTION("subscription"),
}
