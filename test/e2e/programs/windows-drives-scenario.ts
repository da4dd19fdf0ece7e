/**
 * In a mount namespace of its own: a Windows room with a drive S, a folder that has got a letter as by
 * `subst`, and windows-drives.ts in there, whose helper is stopped for a while in the middle of its
 * work, as by a drive that hangs. (A file system that hangs would stop Wine's server, and with it all
 * of its Windows.) Prints what the program has seen.
 *
 *   windows-drives-scenario.ts ROOM
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOnWindows } from '../../support/windows-run.ts';

const [room = ''] = process.argv.slice(2);
const workMs = 3000;
const stopMs = 6000;

// A layer over the room's Windows: what is done to it is seen by this run alone, and its Wine has a
// server of its own.
const prefix = join(room, 'root/wine');
const layer = mkdtempSync(join(tmpdir(), 'windows-drives-'));
execFileSync('mount', ['-t', 'tmpfs', 'none', layer]);
const [upper, work] = [join(layer, 'upper'), join(layer, 'work')];
mkdirSync(upper);
mkdirSync(work);
const layers = `lowerdir=${prefix},upperdir=${upper},workdir=${work}`;
execFileSync('mount', ['-t', 'overlay', 'none', '-o', layers, prefix]);
mkdirSync(join(prefix, 'system-monitor-drive'));
symlinkSync('/root/wine/system-monitor-drive', join(prefix, 'dosdevices', 's:'));

const ended = new AbortController();
const stopping = stopHelper();
try {
  const program = join(import.meta.dirname, 'windows-drives.ts');
  const { status, stdout, stderr } = await runOnWindows(program);
  if (status !== 0) throw new Error(`the program ended with ${status}: ${stderr}`);
  process.stdout.write(stdout);
} finally {
  ended.abort();
  await stopping;
  execFileSync('umount', ['-l', prefix]);
  execFileSync('umount', ['-l', layer]);
  rmSync(layer, { recursive: true });
}

async function stopHelper(): Promise<void> {
  while (!ended.signal.aborted) {
    await sleep(200);
    const [pid] = helpers();
    if (pid === undefined) continue;
    await sleep(workMs);
    process.kill(pid, 'SIGSTOP');
    await sleep(stopMs);
    process.kill(pid, 'SIGCONT');
    return;
  }
}

/** The Linux processes that are helpers of the program. */
function helpers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => /program\.cjs\0probe-mount/.test(commandLineOf(pid)));
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
