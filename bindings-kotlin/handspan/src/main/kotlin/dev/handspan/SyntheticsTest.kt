package dev.handspan

/**
 * A run of a synthetic test. Immutable.
 *
 * @param testId id of the test.
 * @param resultId id of the run.
 */
public class SyntheticsTest(public val testId: String, public val resultId: String) {
    override fun equals(other: Any?): Boolean =
        other is SyntheticsTest && testId == other.testId && resultId == other.resultId

    override fun hashCode(): Int = 31 * testId.hashCode() + resultId.hashCode()

    override fun toString(): String = "SyntheticsTest($testId, $resultId)"
}
