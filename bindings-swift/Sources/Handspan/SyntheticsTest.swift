/// A run of a synthetic test.
public struct SyntheticsTest: Sendable, Equatable {
    /// Id of the test.
    public var testID: String
    /// Id of the run.
    public var resultID: String

    /// A run of these ids.
    public init(testID: String, resultID: String) {
        self.testID = testID
        self.resultID = resultID
    }
}
