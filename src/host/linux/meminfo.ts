/** /proc/meminfo (Documentation/filesystems/proc.rst): sizes in kB, which are 1024 bytes. */
import { MonitorError } from '../../base/errors.ts';

/** Bytes. What this kernel does not tell is absent. */
export interface MemInfo {
  readonly total: number;
  readonly free: number;
  /** Since Linux 3.14. */
  readonly available?: number;
  /** Absent in some containers. */
  readonly buffers?: number;
  readonly cached?: number;
  /** Since Linux 2.6.19. */
  readonly slabReclaimable?: number;
  /** Since Linux 2.6.28. */
  readonly activeFile?: number;
  readonly inactiveFile?: number;
}

const wantedFields: Readonly<Record<string, keyof MemInfo>> = {
  MemTotal: 'total',
  MemFree: 'free',
  MemAvailable: 'available',
  Buffers: 'buffers',
  Cached: 'cached',
  SReclaimable: 'slabReclaimable',
  'Active(file)': 'activeFile',
  'Inactive(file)': 'inactiveFile',
};

/**
 * A size that is none, or that no machine has (a container's file system may subtract below zero:
 * lxcfs#115), counts as not told, and is named to `onImpossible`. Throws MALFORMED without MemTotal
 * and MemFree, which every kernel since 2.4 has.
 */
export function parseMemInfo(
  text: string,
  onImpossible: (field: keyof MemInfo) => void = () => {},
): MemInfo {
  const fields: { -readonly [Field in keyof MemInfo]?: number } = {};
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const wanted = Object.hasOwn(wantedFields, line.slice(0, colon))
      ? wantedFields[line.slice(0, colon)]
      : undefined;
    if (wanted === undefined) continue;
    const kibibytes = /^\s*(\d+)(?: kB)?\s*$/.exec(line.slice(colon + 1))?.[1];
    const bytes = Number(kibibytes ?? Number.NaN) * 1024;
    if (Number.isSafeInteger(bytes)) fields[wanted] = bytes;
    else onImpossible(wanted);
  }
  const { total, free } = fields;
  if (total === undefined || free === undefined) throw malformed('MemTotal or MemFree is missing');
  return { ...fields, total, free };
}

function malformed(reason: string): MonitorError {
  return new MonitorError({ code: 'MALFORMED', operation: 'parse meminfo', reason });
}
