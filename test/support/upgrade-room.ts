/**
 * Upgrades that fail, on a freshly booted machine: each is one row, and after each the script sees to
 * it that a report arrives, and notes which program is there.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTrialDeb } from './debian-package.ts';
import { makeTrialRpm } from './rpm-package.ts';
import { type Noted, noted } from './systemd-room.ts';

/**
 * Programs of a line or two that stand for a version: the real one does the work, from the folder
 * that the machine sees as /work.
 */
export const trialPrograms = {
  /** Says that version, and works. */
  working: (version: string) => `#!/bin/sh
case "$*" in --version) echo ${version}; exit ;; esac
exec /work/system-monitor "$@"
`,
  /** Works in a terminal, and ends when it is started as the service. */
  ending: (version: string) => `#!/bin/sh
case "$*" in --version) echo ${version}; exit ;; esac
case "$1" in background) echo "this version cannot go on" >&2; exit 70 ;; esac
exec /work/system-monitor "$@"
`,
  /** Does not start. */
  broken: () => `#!/bin/sh
echo "libnew.so.1: cannot open shared object file" >&2
exit 127
`,
} as const;

export interface TrialPackage {
  readonly outputFolder: string;
  readonly version: string;
  /** Text of the program. */
  readonly program: string;
}

/** Returns the path of the program. */
export function makeTrialProgram({ outputFolder, version, program }: TrialPackage): string {
  const folder = join(outputFolder, `program-${version}`);
  mkdirSync(folder);
  const file = join(folder, 'system-monitor');
  writeFileSync(file, program, { mode: 0o755 });
  return file;
}

/** A package with such a program in it. Returns its path. */
export async function makeTrialPackage(kind: 'deb' | 'rpm', trial: TrialPackage): Promise<string> {
  const { outputFolder, version } = trial;
  const make = kind === 'deb' ? makeTrialDeb : makeTrialRpm;
  return await make({ outputFolder, version, program: makeTrialProgram(trial) });
}

/** For scripts: `rpm`, which takeRpmAlong has brought into the folder, as every program finds it. */
export const rpmHelper = `
printf '#!/bin/sh\\nRPM_CONFIGDIR=/work/rpm/config exec /work/rpm/loader --library-path /work/rpm /work/rpm/rpm "$@"\\n' > /usr/bin/rpm
chmod 755 /usr/bin/rpm
`;

/**
 * For scripts: `attempt NAME PROGRAM COMMAND…` notes the command, waits for a new report, and notes
 * the version of the program that is there then, and whether the service's process is still the same.
 * `full_disk FOLDER` lets a folder lie on a disk that is full, `end_full_disk FOLDER` where it lay.
 */
export const upgradeHelpers = `
pid() { systemctl show --property=MainPID --value system-monitor; }
attempt() {
  local name=$1 program=$2 before=$(pid); shift 2
  note "$name" "$@"
  new_reports || { echo "after $name"; cat "/work/$name.out" "/work/$name.err"; return 1; }
  note "$name-version" "$program" --version
  [ "$(pid)" = "$before" ] && note "$name-same" true || note "$name-same" false
}
full_disk() {
  mkdir -p /small && mount -t tmpfs -o size=\${2:-400m} tmpfs /small && cp -a "$1/." /small/
  mount --bind /small "$1"
  dd if=/dev/zero of="$1/.filler" bs=64k status=none 2>/dev/null || true
}
end_full_disk() { umount --lazy "$1"; umount --lazy /small; }
`;

export interface Attempt extends Noted {
  /** Of the program that is in place afterwards. */
  readonly version: string;
  /** The service's process is the one that it was. */
  readonly isUntouched: boolean;
  /** Both streams. */
  readonly said: string;
}

export function attempted(folder: string, name: string): Attempt {
  const ended = noted(folder, name);
  return {
    ...ended,
    version: noted(folder, `${name}-version`).stdout.trim(),
    isUntouched: noted(folder, `${name}-same`).status === 0,
    said: ended.stdout + ended.stderr,
  };
}
