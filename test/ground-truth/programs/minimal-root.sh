#!/bin/sh
# minimal-root.sh ROOT EXECUTABLE WORD…: the executable as somebody without a name, in a root file
# system that cannot be written and holds its libraries, /proc and nothing else. Run in a mount
# namespace of its own (unshare --mount); ROOT is an empty folder.
set -eu
root=$1 executable=$2
shift 2
chmod 755 "$root"
mkdir "$root/proc"
touch "$root/system-monitor"
ldd "$executable" | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$executable" "$root/system-monitor"
mount -o remount,bind,ro "$root"
exec /usr/sbin/chroot --userspec=54321:54321 --groups= "$root" /system-monitor "$@"
