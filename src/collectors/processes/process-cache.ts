/**
 * What is remembered of each process between two samples, so that an unchanged one costs a read of
 * `comm` and a stat of its folder.
 */
import type { ProcessFiles, ProcessFolder, ProcessOwner } from '../../host/linux/process-files.ts';
import { completeName, mayBeCut } from './process-name.ts';

export interface KnownProcess {
  readonly name: string;
  readonly realUid: number;
}

export interface ProcessCache {
  startSample(nowMs: number): void;
  /** Undefined when the process has ended or is hidden. */
  read(pid: number): KnownProcess | undefined;
  /** Forgets the processes that this sample did not meet. */
  endSample(): void;
  /** Gives back what is held open. Idempotent. */
  close(): void;
}

interface Entry extends KnownProcess {
  readonly folder: ProcessFolder;
  readonly comm: string;
  /**
   * Undefined for a kernel thread, which never changes its user. Its pid can go to another kernel
   * thread only by way of a name of its own, or to a program; both show by `comm`.
   */
  readonly owner: ProcessOwner | undefined;
  readonly nameExpiresMs: number;
  readonly uidExpiresMs: number;
  sample: number;
}

/**
 * A process can rewrite its argv[0] and keep its `comm` and its folder. Only a name that was cut is
 * concerned; it is at most this old.
 */
const nameKeptMs = 60_000;

/**
 * Whoever may call setresuid(2) can change the real uid and keep the effective one. A set-uid
 * program does so in its first moments (sudo), and shows it by the two being different until then:
 * such a process is read every time. Beyond that it is a rarity, and noticed after this long.
 */
const uidKeptMs = 300_000;

export function createProcessCache(files: ProcessFiles): ProcessCache {
  const entries = new Map<number, Entry>();
  let sample = 0;
  let nowMs = 0;

  function read(pid: number): KnownProcess | undefined {
    const known = entries.get(pid);
    const folder = known?.folder ?? files.folder(pid);
    const comm = folder.comm();
    if (comm === undefined) return undefined;
    if (known?.comm === comm && isFresh(known) && isStillOwned(known)) {
      known.sample = sample;
      return known;
    }
    const entry = readEntry(folder, comm);
    if (entry === undefined) folder.close();
    else entries.set(pid, entry);
    return entry;
  }

  function isFresh(known: Entry): boolean {
    return known.nameExpiresMs > nowMs && known.uidExpiresMs > nowMs;
  }

  /** The same process with the same rights: not a later one that got its pid. */
  function isStillOwned({ folder, owner }: Entry): boolean {
    if (owner === undefined) return true;
    const now = folder.owner();
    return now !== undefined && now.ino === owner.ino && now.uid === owner.uid;
  }

  /** Right after `comm`: its bytes are still there. */
  function readEntry(folder: ProcessFolder, comm: string): Entry | undefined {
    const cut = mayBeCut(folder.commBytes(), comm);
    // Where the command line may not be read (hidepid), the cut name is what there is.
    const commandLine = cut ? folder.commandLine() : undefined;
    const owner = folder.owner();
    const status = folder.status();
    if (owner === undefined || status === undefined) return undefined;
    return {
      folder,
      comm,
      name: commandLine === undefined ? comm : completeName(folder.commBytes(), commandLine),
      nameExpiresMs: cut ? nowMs + nameKeptMs : Number.POSITIVE_INFINITY,
      owner: status.isKernelThread ? undefined : { ino: owner.ino, uid: owner.uid },
      realUid: status.realUid,
      uidExpiresMs: status.realUid === status.effectiveUid ? nowMs + uidKeptMs : nowMs,
      sample,
    };
  }

  return {
    startSample(now) {
      sample += 1;
      nowMs = now;
    },
    read,
    endSample() {
      for (const [pid, entry] of entries) {
        if (entry.sample === sample) continue;
        entry.folder.close();
        entries.delete(pid);
      }
    },
    close() {
      for (const entry of entries.values()) entry.folder.close();
      entries.clear();
    },
  };
}
