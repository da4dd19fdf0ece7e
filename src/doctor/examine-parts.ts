/**
 * Whether each part can be read: by a sample of the doctor's own, beside what the background process
 * says of its samples. The two can differ: a service runs as another user, and in a sandbox.
 */
import type { ErrorCode, MonitorError } from '../base/errors.ts';
import { silentLogger } from '../base/logger.ts';
import { describeRemark, isUsualRemark } from '../base/remarks.ts';
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
        const state = isUsualRemark(kind) ? 'ok' : 'warning';
        return { step: 'remark', state, detail: describeRemark(kind, subject, reason) };
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
      detail: `the background process has failed to read it ${since}: ${told.reason}; this command: ${finding.detail}`,
      remedy: 'It runs as another user, or in a sandbox. See: system-monitor service status',
    };
  }
  if (own.state !== 'failed') return finding;
  return {
    step: part,
    state: 'warning',
    detail: `${finding.detail}; but the background process can read it`,
    remedy: 'Run this as the user that the background process runs as; for a service, with sudo.',
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
        detail: `read in ${tookMs} ms; there is nothing to report`,
        remedy: `If there should be something, check these settings: ${Object.values(parts[part].flags).join(', ')}`,
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
  NOT_AVAILABLE: 'Its source does not exist: check the settings host_root and scope.',
  PERMISSION: 'Run this as a user who may read it, such as root. A sandbox may also forbid it.',
  TIMEOUT: 'The machine is overloaded, or a disk or the name service does not answer.',
};

function remedyFor(part: PartName, error: MonitorError | undefined): string {
  const known = error?.hint ?? (error === undefined ? undefined : remedies[error.code]);
  return known ?? `Please report this, with the output of: system-monitor ${part} --json`;
}
