/** Runs a script on a freshly booted machine with a real systemd, which SYSTEMD_RUNNER provides. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OriginalReceiver } from './original-receiver.ts';
import { fromEnvironment, type Requirement } from './requirement.ts';

const run = promisify(execFile);
const timeoutSeconds = 240;

export function systemdRunner(): Requirement {
  return fromEnvironment('SYSTEMD_RUNNER');
}

export interface RoomOptions {
  /** Appears as /work on the machine. */
  readonly folder: string;
  readonly receiver: OriginalReceiver;
  /** Files that are copied into the folder, by their name there. */
  readonly files: Readonly<Record<string, string>>;
  /** bash, run as root with -eu after the helpers below. */
  readonly script: string;
}

/**
 * What the script may call besides its system's programs. `new_reports` waits until the receiver has
 * got one more; `note NAME COMMAND…` keeps a command's output and exit status as NAME, for the test.
 */
const helpers = `
cd /work
reports() { cat /work/count; }
new_reports() {
  local before=$(reports) step
  for step in $(seq 300); do [ "$(reports)" -gt "$before" ] && return 0; sleep 0.1; done
  echo "no new report within 30 s"; journalctl -n 30 --no-pager; return 1
}
note() {
  local name=$1 status=0; shift
  "$@" >"/work/$name.out" 2>"/work/$name.err" </dev/null || status=$?
  echo "$status" >"/work/$name.status"
}
`;

export interface Noted {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Throws with the machine's output when the script fails. */
export async function runInSystemdRoom(options: RoomOptions): Promise<void> {
  const { folder, receiver } = options;
  // Other users of the machine are to reach the files.
  chmodSync(folder, 0o755);
  for (const [name, source] of Object.entries(options.files)) {
    copyFileSync(source, join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
  const script = join(folder, 'script.sh');
  writeFileSync(script, `${helpers}${options.script}`);
  const countReports = () => {
    const counted = receiver.requests.filter(({ status }) => status === 200).length;
    // Renamed, because the script reads it at any moment.
    writeFileSync(join(folder, 'count.new'), String(counted));
    renameSync(join(folder, 'count.new'), join(folder, 'count'));
  };
  countReports();
  const counting = setInterval(countReports, 50);
  try {
    await run(process.env.SYSTEMD_RUNNER ?? '', ['run', script], {
      cwd: folder,
      env: { ...process.env, SYSTEMD_ROOM_TIMEOUT: String(timeoutSeconds) },
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = Object(error);
    throw new Error(`the script failed on its machine:\n${stdout}${stderr}`, { cause: error });
  } finally {
    clearInterval(counting);
  }
}

/** What `note` kept. */
export function noted(folder: string, name: string): Noted {
  const read = (extension: string) => readFileSync(join(folder, `${name}.${extension}`), 'utf8');
  if (!existsSync(join(folder, `${name}.status`))) throw new Error(`the script noted no ${name}`);
  return { status: Number(read('status')), stdout: read('out'), stderr: read('err') };
}
