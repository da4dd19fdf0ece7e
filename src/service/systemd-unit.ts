/**
 * The systemd unit, for `service install` and for packages.
 *
 * It is not root and holds no capability, yet reports what root would report. Whatever would hide
 * processes, mounts or users from it is left off, and each of those lines below says so.
 * Scored by `systemd-analyze security --offline`; docs/service.md has the figure.
 */
import { serviceArguments, serviceName, serviceTitle } from './service.ts';

export interface SystemdUnitOptions {
  /** Absolute path of the installed executable. */
  readonly executable: string;
  /** Absolute path of the settings, readable by `serviceUser`. */
  readonly configurationFile: string;
}

/** The system user that the service runs as: no shell, no home, owner of the state folder. */
export const serviceUser = 'system-monitor';

/** systemd makes it, owned by the service's user (StateDirectory, systemd.exec(5)). */
export const systemdStateFolder = `/var/lib/${serviceName}`;

/** What it may not do; and each line that is left off says whose figures it would hide. */
const confinement = `# No way to more rights.
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
KeyringMode=private
RemoveIPC=yes
# AF_NETLINK is how a program asks for the network interfaces (rtnetlink(7)).
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

# It reads the system and writes nowhere but into its state folder.
ProtectSystem=strict
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
# Device files may be looked at, not opened. PrivateDevices=yes would take them out of sight, and the
# agent finds the name of the disk that a kernel calls /dev/root among them.
DevicePolicy=closed
PrivateDevices=no
# "yes" would hide file systems mounted under /home, and "tmpfs" would report one that is not there.
ProtectHome=read-only
# "yes" would add mounts of /tmp and /var/tmp that the machine does not have.
PrivateTmp=no
# Anything else would hide the processes of other users.
ProtectProc=default
ProcSubset=all
# "yes" would turn every other user into "nobody".
PrivateUsers=no
# "yes" would crash Node, whose compiler writes the code that it then runs.
MemoryDenyWriteExecute=no`;

export function systemdUnit({ executable, configurationFile }: SystemdUnitOptions): string {
  const command = [
    executable,
    ...serviceArguments({ configurationFile, stateFolder: systemdStateFolder }),
  ];
  return `# Made by System Monitor; "systemctl edit ${serviceName}" adds settings that an upgrade keeps.
[Unit]
Description=${serviceTitle}
Documentation=man:${serviceName}(1)
# Not network-online.target: reports made while the network is away wait on disk, and a boot that
# hangs is what one wants to see. After time-sync.target, where something provides it, so that the
# first reports of a machine without a battery-backed clock carry the right time.
After=network.target nss-user-lookup.target time-sync.target
# A monitor that gave up is worse than one that tries for ever.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${command.map(systemdWord).join(' ')}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=5
TimeoutStopSec=15
User=${serviceUser}
Group=${serviceUser}
StateDirectory=${serviceName}
StateDirectoryMode=0700
UMask=0077
# The agent keeps a few dozen files open and starts a process now and then (getent, mount probes).
TasksMax=64

${confinement}
[Install]
WantedBy=multi-user.target
`;
}

/**
 * One word of a command line as systemd reads it (systemd.service(5), "Command lines"): `%` starts a
 * specifier, `$` a variable, and blanks or quotes need quoting.
 */
function systemdWord(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  if (/^[\w%$@:,./+=-]+$/.test(escaped)) return escaped;
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
