#!/usr/bin/env bash
# Leaves DIR/bin/swift and DIR/bin/swiftc: the host's own Swift where there is one, else Debian's swiftlang (6.0.3),
# unpacked under DIR/root and installed nowhere.
#
# Debian builds its Swift for /usr. So the wrapper puts DIR/root/usr in the place of /usr in a mount namespace of its
# own; all other paths stay the host's, those in build output too. What `swift build` makes needs the toolchain's
# shared libraries: run it with `swift run` or `swift test`, which run it inside.
#
# Usage: swift-toolchain.sh DIR
# Exit: 0 ready, 1 not possible here (the reason is on stderr), 2 wrong usage.
set -euo pipefail

suite=trixie
packages=(swiftlang libc6-dev libstdc++-14-dev gcc git ca-certificates bash coreutils)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

give_up() {
  echo "swift-toolchain: $*" >&2
  exit 1
}

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p -- "$1/bin"
dir=$(cd -- "$1" && pwd -P)

# The host's Swift; not ourselves, should DIR/bin stand in PATH.
host_swift() {
  local folder
  while IFS= read -r -d : folder; do
    [ "$folder" != "$dir/bin" ] && [ -x "$folder/swift" ] && [ -x "$folder/swiftc" ] || continue
    "$folder/swift" --version >/dev/null 2>&1 && printf %s "$folder" && return
  done <<<"$PATH:"
  return 1
}

if folder=$(host_swift); then
  ln -sfn -- "$folder/swift" "$dir/bin/swift"
  ln -sfn -- "$folder/swiftc" "$dir/bin/swiftc"
  echo "swift-toolchain: the host's Swift in $folder"
  exit 0
fi

[ "$(uname -s)" = Linux ] || give_up "no swift in PATH; on this system take it from swift.org"
for tool in apt-get dpkg-deb unshare mount flock; do
  command -v "$tool" >/dev/null || give_up "no swift in PATH, and no $tool to fetch one with; take Swift 6 from swift.org"
done
[ -L /bin ] && [ -L /lib ] || give_up "/bin and /lib are not links into /usr here, so that /usr alone cannot be exchanged"
[ -r "$keyring" ] || give_up "$keyring is missing: install debian-archive-keyring"

# Two runs at once: the second waits and finds the work done.
exec 9>"$dir/lock"
flock 9

wanted="$suite ${packages[*]}"
if [ "$(cat -- "$dir/root/.complete" 2>/dev/null || true)" != "$wanted" ]; then
  # The mirror that the machine uses already.
  mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | sort -u | head -n 1)
  [ -n "$mirror" ] || give_up "apt has no source of packages"

  # An apt of its own, which knows nothing of what the host has installed: so it fetches every dependency.
  work=$(mktemp -d -- "$dir/unpack.XXXXXX")
  trap 'rm -rf -- "$work"' EXIT
  mkdir -p -- "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/apt/etc/preferences.d" "$work/root"
  : >"$work/apt/status"
  echo "deb [signed-by=$keyring] $mirror $suite main" >"$work/apt/sources.list"
  cat >"$work/apt/apt.conf" <<CONF
Dir::State "$work/apt";
Dir::State::lists "$work/apt/lists";
Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache";
Dir::Etc::sourcelist "$work/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "$work/apt/etc/preferences.d";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "";
APT::Update::Post-Invoke "";
DPkg::Post-Invoke "";
CONF
  echo "swift-toolchain: fetching Swift from Debian $suite"
  APT_CONFIG=$work/apt/apt.conf apt-get update -qq || give_up "apt-get update failed"
  APT_CONFIG=$work/apt/apt.conf apt-get install -qq -y --download-only --no-install-recommends "${packages[@]}" \
    >/dev/null || give_up "apt-get could not fetch ${packages[*]}"
  for package in "$work"/apt/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$work/root"
    rm -- "$package"
  done
  printf %s "$wanted" >"$work/root/.complete"
  rm -rf -- "$dir/root"
  mv -- "$work/root" "$dir/root"
fi

# Without root, a user namespace: it looks like root inside, and files stay the user's.
cat >"$dir/bin/swift.new" <<'WRAPPER'
#!/bin/bash
# Written by swift-toolchain.sh.
dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
namespace=(--mount)
[ "$(id -u)" = 0 ] || namespace+=(--user --map-root-user)
exec unshare "${namespace[@]}" /bin/bash -c '
  mount --bind "$1/root/usr" /usr || exit 125
  tool=$2
  shift 2
  exec "/usr/libexec/swift/bin/$tool" "$@"' swift-toolchain "$dir" "${0##*/}" "$@"
WRAPPER
chmod +x "$dir/bin/swift.new"
rm -f -- "$dir/bin/swift" "$dir/bin/swiftc"
mv -- "$dir/bin/swift.new" "$dir/bin/swift"
ln -s swift "$dir/bin/swiftc"
version=$("$dir/bin/swift" --version 2>&1 | head -n 1) || give_up "the unpacked Swift does not run: $version"
echo "swift-toolchain: $version in $dir"
