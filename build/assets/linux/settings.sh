  # Settings that are there are a person's: what is wrong with them is told by the service, and no
  # script fails for them or changes them. Where there are none, and nothing was reported from here
  # before, a file with an id is made. Settings that were put there without an id (a roll-out) stay as
  # they are; the machine's own id is kept with its reports.
  mkdir -p "$configuration" || true
  file=$configuration/config.json
  if [ ! -e "$file" ] && [ ! -L "$file" ]; then
    if [ ! -e "$state/reported-to.json" ] && [ ! -e "$state/system-id" ]; then
      ours generate_system_id --save >/dev/null || true
    fi
  elif id=$(ours config get system_id 2>/dev/null) && [ -z "$id" ]; then
    mkdir -p "$state" && chown "$user:$user" "$state" && chmod 0700 "$state" &&
      (umask 077 && set -C && ours generate_system_id >"$state/system-id") &&
      chown -h "$user:$user" "$state/system-id" || true
  fi
  chown "root:$user" "$configuration" || true
  chmod 0750 "$configuration" || true
  if [ -f "$file" ] && [ ! -L "$file" ]; then
    chown "root:$user" "$file" || true
    chmod 0640 "$file" || true
  fi
