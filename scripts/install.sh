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
# Whatever fails, the program that was there before is there, and runs on.
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
  insist_on_libraries
  insist_on_owner
  work=$(mktemp -d)
  new=$to/.system-monitor.new
  trap 'rm -rf "$work" "$new"' EXIT INT TERM
  fetch SHA256SUMS
  fetch "$name.tar.gz"
  verify "$name.tar.gz"
  tar -xzf "$work/$name.tar.gz" -C "$work"

  # Beside the old one and then over it: a program that runs cannot be written to, but replaced. It
  # has to work where it will lie: /tmp may be closed to programs.
  { mkdir -p "$to" && cp "$work/system-monitor-$version/system-monitor" "$new" && chmod 755 "$new"; } ||
    fail "cannot write to $to; nothing was changed"
  insist_on_program
  # What it says is for people; the old one runs on where it fails.
  if [ -n "$service" ]; then
    "$new" service install "$@"
  elif runs_as_service; then
    "$new" service install --without-url
  fi
  if is_in_place; then
    rm -f "$new"
  else
    mv -f "$new" "$to/system-monitor" || fail "cannot write $to/system-monitor; nothing was changed"
  fi
  echo "Installed $to/system-monitor ($("$to/system-monitor" --version))"
  [ -n "$service" ] || case ":$PATH:" in
    *":$to:"*) ;;
    *) echo "$to is not in your PATH." ;;
  esac
}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

source_serves='On other systems it runs from its source, by the Node 24 or newer of that system: see "Other systems" in INSTALL.md.'

# <system>-<architecture>, as in the names of the downloads.
target() {
  case "$(uname -s)" in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    *) fail "there is no download for $(uname -s). $source_serves" ;;
  esac
  case "$(uname -m)" in
    x86_64 | amd64) architecture=x64 ;;
    aarch64 | arm64) architecture=arm64 ;;
    arm* | i?86)
      fail "there is no download for 32-bit systems ($(uname -m)). If the processor has 64 bits, a 64-bit system on the same machine will do (on a Raspberry Pi 3 or newer, the 64-bit Raspberry Pi OS)." ;;
    *) fail "there is no download for $(uname -m). $source_serves" ;;
  esac
  # A 64-bit kernel may carry a 32-bit system, whose programs cannot load ours.
  if [ "$(getconf LONG_BIT 2>/dev/null || echo 64)" = 32 ]; then
    fail "this system has 32 bits, although its processor ($(uname -m)) has 64. There is no download for it; a 64-bit system on the same machine will do."
  fi
  # A shell under Rosetta sees x86_64 on an arm64 Mac.
  if [ "$system-$architecture" = darwin-x64 ] && [ "$(sysctl -n hw.optional.arm64 2>/dev/null || true)" = 1 ]; then
    architecture=arm64
  fi
  echo "$system-$architecture"
}

# The C library and the C++ library that Node is linked with.
insist_on_libraries() {
  [ "$(uname -s)" = Linux ] || return 0
  if is_musl; then
    fail "this system uses musl (Alpine and others); the program needs glibc 2.28 or newer. $source_serves"
  fi
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | awk '{ print $2 }')
  if [ -n "$glibc" ] && ! awk -v has="$glibc" 'BEGIN { split(has, n, "."); exit !(n[1] > 2 || (n[1] == 2 && n[2] >= 28)) }'; then
    fail "this system has glibc $glibc; the program needs 2.28 or newer (Debian 10, Ubuntu 20.04, RHEL 8, openSUSE Leap 15.3 and newer). In a container of such a system it reports this machine: see \"Other systems\" in INSTALL.md."
  fi
  if command -v ldconfig >/dev/null 2>&1 && ! ldconfig -p | grep -q 'libstdc++\.so\.6'; then
    fail "libstdc++.so.6 is missing. Install it: $(package_command libstdc++6 libstdc++)"
  fi
}

is_musl() {
  case "$(ldd --version 2>&1 || true)" in *musl*) return 0 ;; esac
  ls /lib/ld-musl-* >/dev/null 2>&1 && ! ls /lib*/ld-linux-* /lib/*/ld-linux-* >/dev/null 2>&1
}

# How a package is installed here: $1 is its name on Debian and SUSE, $2 elsewhere.
package_command() {
  if command -v apt-get >/dev/null 2>&1; then
    echo "apt install $1"
  elif command -v zypper >/dev/null 2>&1; then
    echo "zypper install $1"
  elif command -v dnf >/dev/null 2>&1; then
    echo "dnf install $2"
  else
    echo "by the package manager of this system ($2)"
  fi
}

# A second program where the first one is looked for would be run by people and not by the service.
insist_on_owner() {
  [ "$to" = /usr/local/bin ] || return 0
  if dpkg-query --search /usr/bin/system-monitor >/dev/null 2>&1; then
    upgrade="$(package_command "./system-monitor_${version}_ARCHITECTURE.deb" '')"
  elif rpm --query --file /usr/bin/system-monitor >/dev/null 2>&1; then
    file=./system-monitor-$version-1.ARCHITECTURE.rpm
    upgrade=$(package_command "--allow-unsigned-rpm $file" "$file")
  else
    return 0
  fi
  fail "System Monitor is installed here as a package. Upgrade that: $upgrade (or name another folder with --to). Nothing was changed."
}

insist_on_program() {
  for words in --version 'stats --json'; do
    # shellcheck disable=SC2086
    why=$("$new" $words 2>&1 >/dev/null) ||
      fail "version $version does not work on this machine (system-monitor $words): ${why:-it ended without a word}. Nothing was changed."
  done
}

# Whether the service runs the program that is to be replaced.
runs_as_service() {
  grep -qs "^ExecStart=$to/system-monitor " /etc/systemd/system/system-monitor.service ||
    [ "$(readlink "$to/system-monitor" 2>/dev/null || true)" = /opt/system-monitor/bin/system-monitor ]
}

# "service install" has put it there.
is_in_place() {
  [ -e "$to/system-monitor" ] && cmp -s "$new" "$to/system-monitor"
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
