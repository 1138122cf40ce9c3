import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Of many hops the least by which our headers are told from the app's: a hash of the header that only that hop has, and
/// which names were set. Beyond its capacity the oldest is forgotten for good.
struct FadedHops {
    private let capacity: Int
    /// By hash, where in `shapes` the names stand.
    private var hops: [Int: UInt16] = [:]
    /// Lists of names; there are about as many as the app's hosts have different formats.
    private var shapes: [[String]] = []
    /// What the app had under a name, where it had something.
    private var originals: [Int: [String: String]] = [:]
    /// A ring of hashes, oldest at `next`.
    private var hashes: [Int] = []
    private var next = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// - Parameter key: of the header that only this hop has.
    mutating func add(_ set: SetHeaders, _ key: String) {
        let names = set.names
        if !shapes.contains(names) { shapes.append(names) }
        guard let shape = shapes.firstIndex(of: names).flatMap({ UInt16(exactly: $0) }) else { return }
        let hash = key.hashValue
        guard hops.updateValue(shape, forKey: hash) == nil else { return }
        let originals = set.originals
        if !originals.isEmpty { self.originals[hash] = originals }
        if hashes.count < capacity {
            hashes.append(hash)
        } else {
            hops[hashes[next]] = nil
            self.originals[hashes[next]] = nil
            hashes[next] = hash
            next = (next + 1) % capacity
        }
    }

    /// What of the request is ours, where one of its headers has this key.
    func find(_ key: String, on request: URLRequest) -> SetHeaders? {
        guard !hops.isEmpty else { return nil }
        let hash = key.hashValue
        guard let shape = hops[hash] else { return nil }
        return SetHeaders(standingOn: request, names: shapes[Int(shape)], originals: originals[hash] ?? [:])
    }
}
