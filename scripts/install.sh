#!/bin/sh
# Installs System Monitor on Linux or macOS: fetches the archive for this machine, verifies it
# against SHA256SUMS, and puts the one program in place.
#
#   sh install.sh [--from URL] [--to FOLDER] [--service [--url URL] [--system-id ID] [--name NAME] [--interval SECONDS]]
#
#   --from      where the downloads are: an address, or a folder; else $SYSTEM_MONITOR_DOWNLOADS
#   --to        where the program goes: /usr/local/bin for root, ~/.local/bin for others
#   --service   runs it from now on and from every boot (root needed); takes these settings, and what else "service install" does
#
# The whole script is a function that is called in the last line, so that a download that breaks
# off runs nothing.
set -eu

main() {
  version='@VERSION@'
  from=${SYSTEM_MONITOR_DOWNLOADS:-'@RELEASE_URL@'}
  to=
  service=
  while [ $# -gt 0 ]; do
    case "$1" in
      --service) service=yes; shift; break ;;
      --from) from=${2:?--from needs an address}; shift 2 ;;
      --to) to=${2:?--to needs a folder}; shift 2 ;;
      *) fail "unknown option: $1" ;;
    esac
  done
  case "$from" in '' | @*) fail 'where are the downloads? Say so with --from URL' ;; esac
  if [ -z "$to" ]; then
    if [ "$(id -u)" = 0 ]; then to=/usr/local/bin; else to=$HOME/.local/bin; fi
  fi

  name=system-monitor-$version-$(target)
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT INT TERM
  fetch SHA256SUMS
  fetch "$name.tar.gz"
  verify "$name.tar.gz"
  tar -xzf "$work/$name.tar.gz" -C "$work"

  mkdir -p "$to"
  # Beside the old one and then over it: a program that runs cannot be written to, but replaced.
  cp "$work/system-monitor-$version/system-monitor" "$to/.system-monitor.new"
  chmod 755 "$to/.system-monitor.new"
  mv -f "$to/.system-monitor.new" "$to/system-monitor"
  echo "Installed $to/system-monitor ($("$to/system-monitor" --version))"

  if [ -n "$service" ]; then
    "$to/system-monitor" service install "$@"
  else
    case ":$PATH:" in
      *":$to:"*) ;;
      *) echo "$to is not in your PATH." ;;
    esac
  fi
}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

# <system>-<architecture>, as in the names of the downloads.
target() {
  case "$(uname -s)" in
    Linux)
      # musl's ld.so would say "No such file or directory" of a program that is there.
      if ls /lib/ld-musl-* >/dev/null 2>&1 && ! ls /lib*/ld-linux-* /lib/*/ld-linux-* >/dev/null 2>&1; then
        fail 'this system uses musl; the program needs glibc 2.28 or newer'
      fi
      system=linux ;;
    Darwin) system=darwin ;;
    *) fail "there is no download for $(uname -s)" ;;
  esac
  case "$(uname -m)" in
    x86_64 | amd64) architecture=x64 ;;
    aarch64 | arm64) architecture=arm64 ;;
    *) fail "there is no download for $(uname -m)" ;;
  esac
  # A shell under Rosetta sees x86_64 on an arm64 Mac.
  if [ "$system-$architecture" = darwin-x64 ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null || true)" = 1 ]; then
    architecture=arm64
  fi
  echo "$system-$architecture"
}

fetch() {
  case "$from" in
    *://*)
      if command -v curl >/dev/null 2>&1; then
        curl --fail --silent --show-error --location --retry 3 --output "$work/$1" "$from/$1"
      elif command -v wget >/dev/null 2>&1; then
        wget --quiet --output-document="$work/$1" "$from/$1"
      else
        fail 'curl or wget is needed, and neither is installed'
      fi ;;
    *) cp "$from/$1" "$work/$1" ;;
  esac || fail "cannot fetch $from/$1"
}

# Fails unless SHA256SUMS names the file and its sum is that of the file.
verify() {
  expected=$(awk -v name="$1" '$2 == name { print $1 }' "$work/SHA256SUMS")
  [ -n "$expected" ] || fail "SHA256SUMS has no entry for $1"
  if command -v sha256sum >/dev/null 2>&1; then
    actual=$(sha256sum "$work/$1" | cut -d ' ' -f 1)
  else
    actual=$(shasum -a 256 "$work/$1" | cut -d ' ' -f 1)
  fi
  [ "$actual" = "$expected" ] || fail "$1 does not match SHA256SUMS; nothing was installed"
}

main "$@"
