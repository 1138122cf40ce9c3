// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "handspan-sample",
    platforms: [.macOS(.v12)],
    dependencies: [.package(name: "Handspan", path: "../../bindings-swift")],
    targets: [
        .executableTarget(
            name: "HandspanSample", dependencies: [.product(name: "Handspan", package: "Handspan")])
    ],
    swiftLanguageModes: [.v6]
)
