import Foundation
internal import HandspanBindings

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#endif

extension Device {
    /// The device as the system calls tell it; nothing of UIKit, which would need the main thread.
    static func current() -> Device {
        let version = ProcessInfo.processInfo.operatingSystemVersion
        let machine = Self.machine()
        return Device(
            osName: osName,
            osVersion: "\(version.majorVersion).\(version.minorVersion).\(version.patchVersion)",
            model: machine,
            brand: brand,
            kind: kind(ofMachine: machine),
            architecture: architecture,
            locale: Locale.current.identifier.replacingOccurrences(of: "_", with: "-")
        )
    }

    /// `mobile`, `tablet`, `desktop` or `other`, after the machine's name as `uname` gives it.
    static func kind(ofMachine machine: String) -> String {
        if machine.hasPrefix("iPad") { return "tablet" }
        if machine.hasPrefix("iPhone") || machine.hasPrefix("iPod") { return "mobile" }
        if machine.hasPrefix("AppleTV") { return "tv" }
        #if os(macOS) || os(Linux)
            return "desktop"
        #else
            return "other"
        #endif
    }

    private static func machine() -> String {
        // A simulator's `uname` names the Mac.
        if let simulated = ProcessInfo.processInfo.environment["SIMULATOR_MODEL_IDENTIFIER"] { return simulated }
        var info = utsname()
        guard uname(&info) == 0 else { return "" }
        return withUnsafeBytes(of: &info.machine) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static var osName: String {
        #if os(iOS)
            "iOS"
        #elseif os(tvOS)
            "tvOS"
        #elseif os(macOS)
            "macOS"
        #else
            "Linux"
        #endif
    }

    private static var brand: String {
        #if canImport(Darwin)
            "Apple"
        #else
            ""
        #endif
    }

    private static var architecture: String {
        #if arch(arm64)
            "arm64"
        #elseif arch(x86_64)
            "x86_64"
        #else
            ""
        #endif
    }
}
