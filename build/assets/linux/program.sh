# One program and one service, whoever brings them. The program that was there before has a second
# name until the new one has shown that it works here; the service that `service install` made
# becomes the package's.
program=/usr/bin/system-monitor
previous=/usr/lib/system-monitor/previous
other_unit=/etc/systemd/system/system-monitor.service
other_program=/usr/local/bin/system-monitor
took_over=
was_enabled=

say() {
  echo "system-monitor: $*" >&2
}

is_booted() {
  [ -d /run/systemd/system ]
}

is_running() {
  is_booted && systemctl is-active --quiet system-monitor.service
}

# Whether the service is the one that `service install` made: its unit covers ours. A copy of ours that
# "systemctl edit --full" put there starts our program.
is_others() {
  grep -qs "^ExecStart=$other_program " "$other_unit"
}

keep_previous() {
  [ -x "$program" ] || return 0
  mkdir -p "${previous%/*}"
  ln -f "$program" "$previous" 2>/dev/null || cp -p "$program" "$previous" || drop_previous
}

drop_previous() {
  rm -f "$previous"
  rmdir "${previous%/*}" 2>/dev/null || true
}

# Whether the new program works here; $why says what it said. A folder in which an image is made may
# lack /proc, without which there is nothing to report.
works() {
  why=$("$program" --version 2>&1 >/dev/null) || return 1
  if is_booted; then
    why=$("$program" stats --json 2>&1 >/dev/null) || return 1
  fi
}

# Ends the script unless the new program works. What runs is not touched.
insist_on_program() {
  works && return 0
  if [ -f "$previous" ]; then
    mv -f "$previous" "$program"
    drop_previous
    say "this version does not work on this machine: ${why:-it ended without a word}"
    say "The version before it was put back, and the service was left alone."
  else
    say "this program does not work on this machine: ${why:-it ended without a word}"
    say "It needs glibc 2.28 or newer and libstdc++."
  fi
  exit 1
}

take_over() {
  is_others || return 0
  took_over=yes
  mv -f "$other_unit" "$other_unit.old"
  [ ! -f "$other_program" ] || mv -f "$other_program" "$other_program.old"
  # It leads to the other's unit; whoever made it start at boot has the package's start there.
  link=${other_unit%/*}/multi-user.target.wants/system-monitor.service
  [ ! -L "$link" ] || was_enabled=yes
  rm -f "$link"
}

# Whether the service can go on with its settings; $why says what is wrong. One that has reported is
# not made to wait for a URL: the process that runs has one.
settings_are_good() {
  why=$(ours config list 2>&1 >/dev/null) || return 1
  [ -e "$state/reported-to.json" ] || return 0
  status=0
  HOME=/nonexistent SUDO_UID='' PKEXEC_UID='' DOAS_USER='' "$program" service install --dry-run \
    >/dev/null 2>&1 </dev/null || status=$?
  [ "$status" != 78 ] || { why="no URL is set"; return 1; }
}

# Runs `invoke $1`. Where a service that ran does not run afterwards, what ran before comes back.
begin_service() {
  was_running=
  ! is_running || was_running=yes
  systemctl daemon-reload || true
  if [ -n "$was_running" ] && ! settings_are_good; then
    say "the settings cannot be used: $why"
    say "So the version that runs goes on. Once they are mended: systemctl restart system-monitor"
    return 0
  fi
  invoke "$1" >/dev/null || true
  [ -n "$was_running" ] || return 0
  # A program that cannot go on ends some 100 ms after its start.
  sleep 2
  if ! is_running; then
    put_back
    exit 1
  fi
}

put_back() {
  why=$(journalctl --quiet --no-pager --output=cat --lines=1 _SYSTEMD_UNIT=system-monitor.service 2>/dev/null || true)
  say "this version ended right after its start: $why"
  if [ -n "$took_over" ]; then
    mv -f "$other_unit.old" "$other_unit"
    [ ! -f "$other_program.old" ] || mv -f "$other_program.old" "$other_program"
  elif [ -f "$previous" ]; then
    mv -f "$previous" "$program"
  fi
  drop_previous
  systemctl daemon-reload || true
  invoke restart >/dev/null || true
  sleep 2
  if is_running; then
    say "What ran before was put back, and runs again."
  else
    say "What ran before was put back, but does not run either: see \"system-monitor service logs\"."
  fi
}

# The new program is at work, or not to be started.
settle_program() {
  drop_previous
  [ -n "$took_over" ] || return 0
  rm -f "$other_unit.old" "$other_program.old"
  say "the service that \"service install\" had made is this package's now. Settings, id and unsent reports stay; $other_unit and $other_program were removed."
}
