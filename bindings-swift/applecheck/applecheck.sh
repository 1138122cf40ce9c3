#!/usr/bin/env bash
# Type-checks the Objective-C branches of the package (`#if canImport(ObjectiveC)`) where there is no Apple SDK, against
# stubs of the classes they use. It says that the sources fit these declarations, not that they run on a device.
#
# Usage: applecheck.sh SWIFTC OUT_DIR
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 SWIFTC OUT_DIR" >&2; exit 2; }
swiftc=$1
mkdir -p -- "$2"
out=$(cd -- "$2" && pwd -P)
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
sources=$here/../Sources

# The frontend itself: the driver does not pass on -enable-objc-interop where the target is not Apple's.
frontend=("$swiftc" -frontend -enable-objc-interop -swift-version 6 -module-cache-path "$out/cache" -I "$here/stubs" -I "$out")
module() { # module NAME FILE…
  local name=$1
  shift
  "${frontend[@]}" -emit-module -parse-as-library -module-name "$name" -o "$out/$name.swiftmodule" "$@"
}

module ObjectiveC "$here/stubs/ObjectiveC.swift"
module Foundation "$here/stubs/Foundation.swift"
module FoundationNetworking "$here/stubs/FoundationNetworking.swift"
# Its bodies are generated, without a branch of this kind.
module HandspanBindings -experimental-skip-all-function-bodies -I "$sources/HandspanCoreFFI/include/HandspanCoreFFI" \
  "$sources/HandspanBindings/HandspanBindings.swift"
ours=("$here/stubs/Device.swift")
for source in "$sources"/Handspan/*.swift; do
  [ "${source##*/}" = Device.swift ] || ours+=("$source")
done
"${frontend[@]}" -typecheck -parse-as-library -module-name Handspan \
  -I "$sources/HandspanCoreFFI/include/HandspanCoreFFI" "${ours[@]}"
echo "applecheck: the Objective-C branches type-check"
