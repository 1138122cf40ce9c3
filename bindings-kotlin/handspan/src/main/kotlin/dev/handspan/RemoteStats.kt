package dev.handspan

/** How the remote document does. Immutable. Counts are since the start. */
public class RemoteStats internal constructor(
    /**
     * `none` (no URL, or the app is off), `pulling`, `applied`, `set_aside` (three starts with the kept document did not survive:
     * the app's own configuration holds), `refused` or `failed` (what was in force stays).
     */
    public val state: String,
    /** Version of the document in force. */
    public val version: String?,
    /** Id of the key that it is signed with, where the app has [HandspanConfiguration.remoteConfigurationKeys]. */
    public val keyId: String?,
    /** What its server calls the kept one. */
    public val etag: String?,
    /** Names of its targets that this phone is one of. */
    public val targets: List<String>,
    /** What its server said last, as `304`, or why it could not be asked. */
    public val lastAnswer: String?,
    /** Milliseconds since the last pull; `null` before the first. */
    public val lastPullMs: Long?,
    /** Milliseconds until the next one that is planned; `null`: at the next start, or when the app comes back. */
    public val nextPullMs: Long?,
    /** Pulls made. */
    public val pulls: Long,
    /** Of them those that brought no document, or none of use. */
    public val failed: Long,
    /** Of them those that brought nothing new. */
    public val notModified: Long,
    /** Documents that came into force, the kept one included. */
    public val applied: Long,
    /** Documents that were refused whole. */
    public val refused: Long,
    /** Fields of the last document that were refused; [HandspanStatus.refusals] says which and why. */
    public val refusedFields: Long,
    /** Fields of the last document that nothing reads. */
    public val unknownFields: Long,
    /** Starts with the kept document of which none has survived so far, this one included. */
    public val startsWithoutMark: Long,
    /** Who has switched everything off: `local` (the app), `remote` (the document), or `null`: nobody. */
    public val disabledBy: String?,
    /** What stands for this install where a document is for a part of them; it does not leave the phone. */
    public val installId: String?,
) {
    override fun toString(): String =
        "RemoteStats($state, version=$version, keyId=$keyId, etag=$etag, targets=$targets, lastAnswer=$lastAnswer, " +
            "lastPullMs=$lastPullMs, nextPullMs=$nextPullMs, pulls=$pulls, failed=$failed, notModified=$notModified, " +
            "applied=$applied, refused=$refused, refusedFields=$refusedFields, unknownFields=$unknownFields, " +
            "startsWithoutMark=$startsWithoutMark, disabledBy=$disabledBy, installId=$installId)"
}
