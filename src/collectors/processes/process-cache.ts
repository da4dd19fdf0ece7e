/**
 * What is remembered of each process between two samples, so that an unchanged one costs a read of
 * `comm` and a stat of its folder.
 */
import type { ProcessFiles, ProcessFolder } from '../../host/linux/process-files.ts';
import { completeName, decodeName, mayBeCut } from './process-name.ts';

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
}

interface Entry {
  folder: ProcessFolder;
  comm: string;
  name: string;
  nameReadMs: number;
  realUid: number;
  uidReadMs: number;
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

  function readEntry(pid: number): Entry | undefined {
    const comm = files.comm(pid);
    if (typeof comm === 'string') return undefined;
    const folder = files.folder(pid);
    if (typeof folder === 'string') return undefined;
    const text = decodeName(comm);
    const known = entries.get(pid);
    const same =
      known !== undefined &&
      known.folder.inode === folder.inode &&
      known.folder.effectiveUid === folder.effectiveUid;
    if (same && known.comm === text && isFresh(known)) return known;

    const uids = files.uids(pid);
    if (typeof uids === 'string') return undefined;
    const cut = mayBeCut(comm, text);
    const commandLine = cut ? files.commandLine(pid) : undefined;
    if (commandLine === 'gone') return undefined;
    const completed = typeof commandLine === 'object' ? completeName(comm, commandLine) : text;
    return {
      folder,
      comm: text,
      name: completed,
      nameReadMs: cut ? nowMs : Number.POSITIVE_INFINITY,
      realUid: uids.real,
      uidReadMs: uids.real === uids.effective ? nowMs : Number.NEGATIVE_INFINITY,
      sample,
    };
  }

  function isFresh(entry: Entry): boolean {
    return nowMs - entry.nameReadMs < nameKeptMs && nowMs - entry.uidReadMs < uidKeptMs;
  }

  return {
    startSample(now) {
      sample += 1;
      nowMs = now;
    },
    read(pid) {
      const entry = readEntry(pid);
      if (entry === undefined) return undefined;
      entry.sample = sample;
      entries.set(pid, entry);
      return entry;
    },
    endSample() {
      for (const [pid, entry] of entries) if (entry.sample !== sample) entries.delete(pid);
    },
  };
}
