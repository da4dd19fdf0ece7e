/**
 * Tests anybody's receiver against the published contract, by asking it what an agent would: the
 * three requests, a report that comes twice, odd but valid reports, and what must not be taken.
 * It leaves a few reports behind, under an id that was made for it, and under odd ones around it.
 */
import { toJson } from '../base/json.ts';
import type { CheckSystemIdRequest, SendStatsRequest } from '../wire/requests.ts';
import {
  statusNotRegistered,
  statusReceived,
  statusRegistered,
  statusUrlOk,
} from '../wire/requests.ts';
import type { ProcessStats, Stats } from '../wire/stats.ts';
import type { PostResult, Transport } from './transport.ts';

export interface ConformanceOptions {
  readonly transport: Transport;
  /** An id that no machine has. */
  readonly systemId: string;
  /** Whole seconds since 1970, now. */
  readonly epoch: number;
  readonly url: string;
  readonly signal?: AbortSignal;
}

export interface ConformanceResult {
  /** What was asked of the receiver, as a sentence. */
  readonly name: string;
  readonly passed: boolean;
  /** `200`, or `4xx`. */
  readonly expected: string;
  /** The status, or why no answer came. */
  readonly got: string;
  /** Where no answer came: `ECONNREFUSED` and the like. */
  readonly failureCode: string | undefined;
}

interface Question {
  readonly name: string;
  /** Sent at the same moment; each must be answered as expected. */
  readonly bodies: readonly string[];
  readonly expected: string;
  readonly accepts: (status: number) => boolean;
}

/** Answers that make sense for what will never be taken (RFC 9110, section 15.5). */
const refuses = (status: number): boolean => status >= 400 && status < 500;
/** A list of this length fills half a megabyte; real machines send longer ones. */
const manyProcesses = 10_000;
const atOnce = 16;

/** Asks one question after the other; each result as soon as it is known. Never throws. */
export async function* checkConformance(
  options: ConformanceOptions,
): AsyncGenerator<ConformanceResult> {
  const { transport, signal } = options;
  for (const { name, bodies, expected, accepts } of questions(options)) {
    if (signal?.aborted === true) return;
    const results = await Promise.all(
      bodies.map((body) => transport.post({ body, ...(signal === undefined ? {} : { signal }) })),
    );
    const wrong = results.find((one) => one.kind !== 'answer' || !accepts(one.status));
    const shown = wrong ?? results[0];
    yield {
      name,
      passed: wrong === undefined,
      expected,
      got: shown === undefined ? 'nothing' : describe(shown),
      failureCode: shown?.kind === 'failure' ? shown.code : undefined,
    };
  }
}

function describe(result: PostResult): string {
  return result.kind === 'answer' ? String(result.status) : `${result.code}: ${result.reason}`;
}

function exactly(name: string, status: number, ...bodies: readonly string[]): Question {
  return { name, bodies, expected: String(status), accepts: (got) => got === status };
}

function refused(name: string, body: string): Question {
  return { name, bodies: [body], expected: '4xx', accepts: refuses };
}

/** Whether an id that has reported is registered is for the receiver to say. */
function known(name: string, ...ids: readonly string[]): Question {
  return {
    name,
    bodies: ids.map(ask),
    expected: `${statusRegistered} or ${statusNotRegistered}`,
    accepts: (status) => status === statusRegistered || status === statusNotRegistered,
  };
}

function ask(systemId: string): string {
  const request: CheckSystemIdRequest = { action: 'check_system_id', system_id: systemId };
  return JSON.stringify(request);
}

function questions(options: ConformanceOptions): readonly Question[] {
  const { systemId, epoch, url } = options;
  const report = (second: number, changes: Partial<Stats> = {}, id = systemId): string => {
    const request: SendStatsRequest = {
      action: 'send_stats',
      system_id: id,
      url,
      interval: 60,
      epoch: epoch + second,
      stats: { ...plainStats, ...changes },
    };
    return toJson(request);
  };
  const odd = oddIds(systemId);
  const same = report(0);

  return [
    exactly('check_url is answered', statusUrlOk, '{"action":"check_url"}'),
    exactly('an unknown id is not registered', statusNotRegistered, ask(systemId)),
    exactly('a report is accepted', statusReceived, same),
    exactly('the same report is accepted again', statusReceived, same),
    exactly('another report of the same second is accepted', statusReceived, report(0, emptyParts)),
    exactly('an older report is accepted after it', statusReceived, report(-3600)),
    exactly('empty parts are accepted', statusReceived, report(1, emptyParts)),
    exactly('names with any characters are accepted', statusReceived, report(2, oddNames)),
    exactly(
      'figures that a system does not provide may be absent',
      statusReceived,
      report(3, withoutFigures),
    ),
    exactly('sizes beyond 32 bits are accepted', statusReceived, report(4, largeSizes)),
    exactly('counters of 64 bits are accepted', statusReceived, report(6, fullCounters)),
    exactly(
      `${manyProcesses} processes are accepted`,
      statusReceived,
      report(5, { processes: processList(manyProcesses) }),
    ),
    exactly(
      `${atOnce} reports at once are accepted`,
      statusReceived,
      ...Array.from({ length: atOnce }, (_, at) => report(10 + at)),
    ),
    known('check_system_id is answered for an id that has reported', systemId),
    ...Object.entries(odd).map(([what, id]) =>
      exactly(`an id ${what} is accepted`, statusReceived, report(0, {}, id)),
    ),
    known('check_system_id is answered for each of these ids', ...Object.values(odd)),
    refused('an unknown action is refused', '{"action":"conformance"}'),
    refused('a body that is not JSON is refused', '{"action":'),
  ];
}

/** Code points that an id has at most. */
const idLengthMax = 200;

/** An id is any text without invisible characters, byte for byte; these begin like one of ours. */
function oddIds(systemId: string): Readonly<Record<string, string>> {
  const letters = [...'büro日本語🦊'];
  const missing = idLengthMax - systemId.length;
  const long = Array.from({ length: missing }, (_, at) => letters[at % letters.length]).join('');
  return {
    'with blanks': `${systemId} web server 1`,
    'with dots, as in a path': `../${systemId}/..`,
    'with slashes': `${systemId}/a\\b`,
    'with percent signs': `${systemId}%2F%`,
    'with characters that mean something in addresses and in HTML': `${systemId}?a=1&b#<c>"'`,
    'beyond ASCII': `${systemId}-büro-日本-🦊`,
    [`of ${idLengthMax} characters`]: `${systemId}${long}`,
  };
}

const plainStats: Stats = {
  cpu: { count: 2, frequency: 2400, percent_used: 12.5 },
  memory: { total: 4_000_000, available: 3_000_000, percent_used: 25, used: 900_000, free: 100 },
  processes: [{ pid: 1, name: 'init', username: 'root' }],
  disks: { '/dev/sda1': disk('/') },
  network: { eth0: { ip: '192.0.2.1', netmask: '255.255.255.0', bytes_sent: 1, bytes_recv: 2 } },
};

const emptyParts: Partial<Stats> = { processes: [], disks: {}, network: {} };

const oddName = '"\\/ \t\u0001 <b>&amp;\' ä 日本 🦊 %s $x {{y}}';

const oddNames: Partial<Stats> = {
  processes: [{ pid: 1, name: oddName, username: oddName }],
  disks: { [oddName]: disk(oddName) },
};

const withoutFigures: Partial<Stats> = {
  cpu: { count: 2, percent_used: 0 },
  network: { eth0: { ip: '192.0.2.1', netmask: '255.255.255.0' } },
};

const largeSizes: Partial<Stats> = {
  disks: {
    zfs: {
      file_system: 'zfs',
      mount_point: '/tank',
      total: 2 ** 53 - 1,
      used: 2 ** 52,
      free: 2 ** 52 - 1,
    },
  },
};

/** A double does not hold them exactly: a receiver may round what it shows, and not refuse. */
const fullCounters: Partial<Stats> = {
  network: {
    eth0: {
      ...{ ip: '192.0.2.1', netmask: '255.255.255.0' },
      ...{ bytes_sent: 2n ** 64n - 1n, bytes_recv: 2n ** 53n + 1n },
    },
  },
};

function disk(mountPoint: string): Stats['disks'][string] {
  return { file_system: 'ext4', mount_point: mountPoint, total: 100, used: 60, free: 40 };
}

function processList(length: number): ProcessStats[] {
  return Array.from({ length }, (_, at) => ({
    pid: at + 1,
    name: `process-${at}`,
    username: 'root',
  }));
}
