  # Settings that were put there before the package (a roll-out) are used; a machine without an id
  # gets one of its own now, because the service may read its settings and not write them.
  mkdir -p "$configuration"
  if [ -z "$(ours config get system_id)" ]; then
    ours generate_system_id --save >/dev/null
  fi
  chown "root:$user" "$configuration"
  chmod 0750 "$configuration"
  chown "$user:$user" "$configuration/config.json"
  chmod 0600 "$configuration/config.json"
