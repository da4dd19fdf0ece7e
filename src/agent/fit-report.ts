/**
 * Reports that stay within their bound, whatever others do: any user can start a thousand programs
 * with long names.
 *
 *   fits ─▶ as it is
 *     └no─▶ names cut to 64 bytes ─▶ processes left out, the newest first ─▶ interfaces, disks
 *
 * The contract's keys and types stay; only what stands in lists becomes less.
 */
import type { Remarks } from '../base/remarks.ts';
import { plural } from '../base/units.ts';
import type { Stats } from '../wire/stats.ts';
import {
  type FittedStats,
  fitStats,
  hasFewEntries,
  type Process,
  processesOf,
  shortNameBytesMax,
} from './fit-stats.ts';
import { encodeReport, type ReportHeader } from './report.ts';

/** Below this share of the bound nobody needs to know which processes are new. */
const watchedShare = 0.5;

export interface ReportFitter {
  /** As `encodeReport`, of `bytesMax` at most: what had to give way is a remark. */
  encode(header: ReportHeader, epoch: number, stats: Stats, bytesMax: number): Uint8Array;
}

export function createReportFitter(remarks: Remarks): ReportFitter {
  const seniority = createSeniority();

  function wholeIfItFits(
    header: ReportHeader,
    epoch: number,
    stats: Stats,
    bytesMax: number,
  ): Uint8Array | undefined {
    // Making millions of bytes of JSON only to see that they are too many would hold everything up.
    if (bytesAtLeast(stats) > bytesMax) {
      seniority.note(processesOf(stats));
      return undefined;
    }
    const whole = encodeReport(header, epoch, stats);
    if (whole.length < bytesMax * watchedShare) seniority.forget();
    else seniority.note(processesOf(stats));
    return whole.length <= bytesMax && hasFewEntries(stats) ? whole : undefined;
  }

  return {
    encode(header, epoch, stats, bytesMax) {
      const whole = wholeIfItFits(header, epoch, stats, bytesMax);
      if (whole !== undefined) {
        remarks.ended('report.cut', 'report');
        return whole;
      }
      const bare = encodeReport(header, epoch, { ...stats, ...withoutEntries(stats) });
      const fitted = fitStats(stats, bytesMax - bare.length, seniority.rankOf);
      remarks.holds('report.cut', 'report', describe(fitted));
      return encodeReport(header, epoch, fitted.stats);
    },
  };
}

const leastProcess = '{"pid":1,"name":""},';

/** No name takes fewer bytes than it has UTF-16 units. */
function bytesAtLeast(stats: Stats): number {
  let bytes = 0;
  for (const { name, username = '' } of processesOf(stats)) {
    bytes += leastProcess.length + name.length + username.length;
  }
  return bytes;
}

function withoutEntries({ processes }: Stats): Pick<Stats, 'processes' | 'disks' | 'network'> {
  return { processes: Array.isArray(processes) ? [] : processes, disks: {}, network: {} };
}

interface Seniority {
  note(processes: readonly Process[]): void;
  forget(): void;
  /** The lower, the longer it is known. Of those that came together the lower pid is the older. */
  rankOf(pid: number): number;
}

/** A pid alone does not tell who is new: they begin again at the bottom. */
function createSeniority(): Seniority {
  let ranks = new Map<number, number>();
  let next = 0;
  return {
    note(processes) {
      const known = ranks;
      ranks = new Map();
      for (const { pid } of processes) {
        const rank = known.get(pid) ?? next;
        if (rank === next) next += 1;
        ranks.set(pid, rank);
      }
    },
    forget() {
      ranks.clear();
    },
    rankOf: (pid) => ranks.get(pid) ?? next,
  };
}

function describe({ cutNames, leftOut: { processes, interfaces, disks } }: FittedStats): string {
  const said: readonly (readonly [count: number, text: string])[] = [
    [cutNames, `${plural(cutNames, 'name is', 'names are')} cut to ${shortNameBytesMax} bytes`],
    [processes, `${plural(processes, 'process is', 'processes are')} left out, the newest first`],
    [interfaces, `${plural(interfaces, 'interface is', 'interfaces are')} left out`],
    [disks, `${plural(disks, 'disk is', 'disks are')} left out`],
  ];
  return said
    .filter(([count]) => count > 0)
    .map(([, text]) => text)
    .join('; ');
}
