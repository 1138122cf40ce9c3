package dev.handspan

/**
 * A value of the configuration, or of the remote document, that was refused or corrected. It took nothing else with it.
 *
 * @param field where it stands, as `first_party_hosts["exa mple.com"]`.
 * @param value the value as it arrived, at most 100 characters of it.
 * @param code why, as a snake_case code: `empty`, `invalid_host`, `out_of_range`, `storage_unavailable`, …
 * @param message the same in words, with what to write instead.
 */
public class RefusedValue internal constructor(
    public val field: String,
    public val value: String,
    public val code: String,
    public val message: String,
) {
    override fun toString(): String = "$field: $message ($code)"
}
