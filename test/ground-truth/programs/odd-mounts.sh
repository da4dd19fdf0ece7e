#!/bin/sh
# Makes odd mounts, prints three lines of JSON (psutil's disks, ours, ours with a host root) and one
# of df's figures. Run as root in a mount namespace of its own: all of it goes when this ends.
#
#   odd-mounts.sh FOLDER NODE PROGRAMS
set -eu
folder=$1 node=$2 programs=$3

image() {
  truncate -s "$2" "$folder/$1.img"
  mkfs.ext4 -q -m 5 "$folder/$1.img"
}
image plain 24M
image spaces 16M
image twice 16M
image covered 16M
image above 16M
mkdir "$folder/plain" "$folder/with  spaces and 	tab" "$folder/twice" "$folder/t" \
  "$folder/covered" "$folder/bind" "$folder/umlaut-ü" "$folder/memory" "$folder/host"

mount -o loop "$folder/plain.img" "$folder/plain"
dd if=/dev/zero of="$folder/plain/file" bs=1M count=3 status=none
mkdir "$folder/plain/sub"
sync "$folder/plain/file"
mount --bind "$folder/plain/sub" "$folder/bind"
mount -o loop "$folder/spaces.img" "$folder/with  spaces and 	tab"
mount -o loop "$folder/twice.img" "$folder/twice"
mount --bind "$folder/twice" "$folder/t"
mount -o loop "$folder/covered.img" "$folder/covered"
mount -o loop "$folder/above.img" "$folder/covered"
mount -t tmpfs memory "$folder/memory"
mount --rbind / "$folder/host"

/usr/bin/python3 "$programs/psutil-disks.py"
"$node" --disable-warning=ExperimentalWarning "$programs/our-disks.ts"
echo
"$node" --disable-warning=ExperimentalWarning "$programs/our-disks.ts" "$folder/host"
echo
df -B1 --output=size,used,avail,target | grep "$folder/plain\$"
