#!/bin/sh
# Run in a network namespace of its own (unshare --net): makes interfaces that are odd in one way
# each, prints psutil's figures and then those of the program that is given.
set -eu
ip link set lo up
# Several addresses, one of them with a label.
ip link add va type veth peer name vb
ip address add 10.1.0.1/24 dev va
ip address add 10.1.0.2/24 dev va label va:web
ip address add 10.1.0.3/24 dev va
ip address add 10.1.9.9/32 dev va
ip link set va up
ip link set vb up
# Without a carrier: libuv leaves it out.
ip link add nocarrier type veth peer name peer
ip address add 10.2.0.1/24 dev nocarrier
ip link set nocarrier up
# Down: no route leads to it.
ip link add isdown type bridge
ip address add 10.3.0.1/24 dev isdown
# Point to point.
ip link add ptp type bridge
ip address add 10.8.0.1 peer 10.8.0.2 dev ptp
ip link set ptp up
# IPv6 alone.
ip link add six type bridge
ip address add fd00:1::1/64 dev six
ip link set six up
# Many without any address.
count=0
while [ "$count" -lt 40 ]; do
  ip link add "flood$count" type veth peer name "doolf$count"
  ip link set "flood$count" up
  count=$((count + 1))
done
echo network | /usr/bin/python3 "$1"
exec "$2" "$3"
