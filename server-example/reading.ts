/** From the text of a request to what it asks, and from a stored report to what a page shows of it. */
import { checkSystemIdRequestSchema } from '../src/wire/requests.ts';
import type { Detail } from './api-schemas.ts';
import { diskFigures, figuresOf, interfaceFigures } from './figures.ts';
import { describeIssue, type Report, readFigures, readReport } from './report.ts';
import type { Figures } from './store.ts';

/** A report without its text: what is kept beside it. */
export interface ReportClaim extends Figures {
  readonly systemId: string;
  readonly epoch: number;
  readonly intervalSeconds: number;
  readonly url: string;
}

export type Reading =
  | { readonly action: 'check_url' }
  | { readonly action: 'check_system_id'; readonly systemId: string }
  | { readonly action: 'send_stats'; readonly report: ReportClaim }
  | { readonly action: 'refused'; readonly reason: string; readonly ofReport: boolean };

export function readRequest(text: string): Reading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('the body must be a JSON object');
  }
  const request: Record<string, unknown> = { ...value };
  switch (request.action) {
    case 'check_url':
      return { action: 'check_url' };
    case 'check_system_id': {
      const parsed = checkSystemIdRequestSchema.strip().safeParse(request);
      if (!parsed.success) return refused(describeIssue(parsed.error));
      return { action: 'check_system_id', systemId: parsed.data.system_id };
    }
    case 'send_stats': {
      const { report, refusal } = readFigures(request);
      if (report === undefined) return { action: 'refused', reason: refusal, ofReport: true };
      return { action: 'send_stats', report: toClaim(report) };
    }
    default:
      return refused('action: must be "check_url", "check_system_id" or "send_stats"');
  }
}

function refused(reason: string): Reading {
  return { action: 'refused', reason, ofReport: false };
}

function toClaim(report: Report): ReportClaim {
  return {
    systemId: report.system_id,
    epoch: report.epoch,
    intervalSeconds: report.interval,
    url: withoutCredentials(report.url),
    ...figuresOf(report.stats),
  };
}

/**
 * The agent removes them; another program's report may carry them, and the page shows the address.
 * A NUL is no text for PostgreSQL, and no part of an address.
 */
function withoutCredentials(url: string): string {
  return url.replaceAll('\0', '').replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1');
}

type Parts = Pick<Detail, 'disks' | 'interfaces' | 'processes'>;

/** The parts of a stored report as JSON, empty where it is none: `{"disks":[…],…}`. */
export function describeParts(stored: string | undefined): string {
  const { report } = stored === undefined ? {} : readReport(Object(JSON.parse(stored)));
  return JSON.stringify(report === undefined ? noParts : partsOf(report.stats));
}

const noParts: Parts = { disks: [], interfaces: [], processes: [] };

function partsOf({ disks, network, processes }: Report['stats']): Parts {
  return {
    disks: diskFigures(Object.entries(disks)).map((disk) => ({
      device: disk.device,
      mount_point: disk.mountPoint,
      file_system: disk.fileSystem,
      total: disk.totalBytes,
      used: disk.usedBytes,
      free: disk.freeBytes,
      percent: disk.percent,
    })),
    interfaces: interfaceFigures(Object.entries(network)).map((one) => ({
      name: one.name,
      ip: one.ip,
      netmask: one.netmask,
      bytes_sent: one.bytesSent,
      bytes_recv: one.bytesReceived,
    })),
    processes: Array.isArray(processes)
      ? processes.map((one) => ({ ...one, username: one.username ?? null }))
      : [],
  };
}
