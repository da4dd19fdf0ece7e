/**
 * Whether each part can be read: by a sample of the doctor's own, beside what the background process
 * says of its samples. The two can differ: a service runs as another user, and in a sandbox.
 */
import type { ErrorCode, MonitorError } from '../base/errors.ts';
import { silentLogger } from '../base/logger.ts';
import { describeRemark } from '../base/remarks.ts';
import type { Runtime } from '../base/runtime.ts';
import { formatDuration } from '../base/units.ts';
import { createStatsCollector } from '../collectors/collect-stats.ts';
import { createCollectorContext } from '../collectors/context.ts';
import { type PartName, parts } from '../collectors/index.ts';
import type { PartHealth } from '../collectors/part-health.ts';
import type { Settings } from '../settings/settings.ts';
import type { StatusReport } from '../status/gather.ts';
import type { Finding } from './finding.ts';

/** `status` is that of a background process that runs, or undefined. */
export async function examineParts(
  settings: Settings,
  runtime: Runtime,
  status: StatusReport | undefined,
): Promise<readonly Finding[]> {
  const collector = createStatsCollector(createCollectorContext(runtime, silentLogger, settings));
  try {
    await collector.collect();
    const { parts: own, remarks } = collector.health();
    const nowSeconds = runtime.clock.epochMs() / 1000;
    return [
      ...[...own].map(([part, health]) =>
        partFinding(part, health, status?.parts[part], nowSeconds),
      ),
      ...remarks.map(({ kind, subject, reason }): Finding => {
        return { step: 'remark', state: 'warning', detail: describeRemark(kind, subject, reason) };
      }),
    ];
  } finally {
    collector.close();
  }
}

type Told = StatusReport['parts'][string];

function partFinding(
  part: PartName,
  own: PartHealth,
  told: Told | undefined,
  nowSeconds: number,
): Finding {
  const finding = ownFinding(part, own);
  if (told === undefined || told.state === own.state) return finding;
  const since = `for ${formatDuration(nowSeconds - told.since)}`;
  if (told.state === 'failed') {
    return {
      step: part,
      state: 'failed',
      detail: `the background process has not been able to read it ${since}: ${told.reason}; here: ${finding.detail}`,
      remedy:
        'It runs as another user, or in a sandbox: see how with system-monitor service status.',
    };
  }
  if (own.state !== 'failed') return finding;
  return {
    step: part,
    state: 'warning',
    detail: `${finding.detail}; the background process reads it`,
    remedy: 'Ask as the user that the background process runs as; with sudo for a service.',
  };
}

function ownFinding(part: PartName, { state, tookMs, error }: PartHealth): Finding {
  switch (state) {
    case 'ok':
      return { step: part, state: 'ok', detail: `read in ${tookMs} ms` };
    case 'off':
      return { step: part, state: 'skipped', detail: 'the settings turn it off' };
    case 'empty':
      return {
        step: part,
        state: 'warning',
        detail: `read in ${tookMs} ms, and there is nothing to report`,
        remedy: `If there should be, look at ${Object.values(parts[part].flags).join(', ')} in the settings.`,
      };
    case 'failed':
      return {
        step: part,
        state: 'failed',
        detail: error?.message ?? 'it cannot be read',
        remedy: remedyFor(part, error),
      };
  }
}

const remedies: Readonly<Partial<Record<ErrorCode, string>>> = {
  NOT_AVAILABLE: 'Look at host_root and scope in the settings: the source is not there.',
  PERMISSION: 'Ask as a user who may read it, root for one; a sandbox may also forbid it.',
  TIMEOUT: 'The machine is overloaded, or a disk or the name service hangs.',
};

function remedyFor(part: PartName, error: MonitorError | undefined): string {
  const known = error?.hint ?? (error === undefined ? undefined : remedies[error.code]);
  return known ?? `Please report it, with what this prints: system-monitor ${part} --json`;
}
