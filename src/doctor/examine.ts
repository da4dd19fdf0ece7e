/**
 * What `doctor` looks at, in the order in which a report goes:
 *
 *   configuration → parts → rights → spool → disk → url → DNS → TCP → TLS → check_url → check_system_id → clock
 *   → service
 */
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Disk } from '../base/disk.ts';
import { errorMessage, MonitorError } from '../base/errors.ts';
import { silentLogger } from '../base/logger.ts';
import { redactText } from '../base/redact.ts';
import type { Runtime } from '../base/runtime.ts';
import { parseHttpDate } from '../base/time.ts';
import { formatBytes, formatDuration, plural } from '../base/units.ts';
import { type Configuration, openConfiguration } from '../config/configuration.ts';
import type { LocationOptions, Locations } from '../config/locations.ts';
import { createCredentials } from '../delivery/credentials.ts';
import { type ProbeResult, probeConnection } from '../delivery/probe-connection.ts';
import { proxyFor, proxyUrlOf } from '../delivery/proxy.ts';
import { createServerChecks, describeAnswer } from '../delivery/server-checks.ts';
import type { PostAnswer } from '../delivery/transport.ts';
import { serverUrlOf } from '../settings/server-url.ts';
import type { Settings } from '../settings/settings.ts';
import { verifySpool } from '../spool/operations.ts';
import { gatherStatus, type StatusReport } from '../status/gather.ts';
import { examineConfiguration } from './examine-configuration.ts';
import { examineDestination } from './examine-destination.ts';
import { examineParts } from './examine-parts.ts';
import { examineRights } from './examine-rights.ts';
import type { Finding } from './finding.ts';

const connectTimeoutMs = 10_000;
const secondsPerDay = 86_400;
const certificateWarningDays = 21;
/** More than this, and charts of several machines no longer fit together. */
const clockToleranceSeconds = 30;

/** Never rejects: what goes wrong is a finding. */
export async function examine(
  locations: LocationOptions,
  runtime: Runtime,
): Promise<readonly Finding[]> {
  const configuration = openConfiguration(locations, runtime.clock);
  const { findings: first, settings } = examineConfiguration(configuration);
  const findings: Finding[] = [...first];
  const status = runningStatus(configuration.locations, runtime);
  findings.push(...oldSettings(status));
  if (settings !== undefined) {
    findings.push(...(await examineParts(settings, runtime, status)));
    findings.push(...examineRights(configuration, settings, runtime.disk));
  }
  findings.push(...examineSpool(configuration.locations, runtime));
  if (settings !== undefined) {
    const unset = examineDestination(locations, configuration);
    findings.push(
      ...(unset === undefined ? await examineServer(configuration, settings, runtime) : [unset]),
    );
  }
  findings.push(await examineService(configuration.locations, runtime));
  return findings.map(withoutSecrets);
}

/** Where it cannot be read, the spool's finding says so. */
function runningStatus({ state }: Locations, { disk, clock }: Runtime): StatusReport | undefined {
  try {
    const status = gatherStatus(disk, state.path, clock);
    return status.running ? status : undefined;
  } catch {
    return undefined;
  }
}

/** The background process goes on with what it could read before. */
function oldSettings(status: StatusReport | undefined): readonly Finding[] {
  const trouble = status?.agent?.configuration_trouble;
  if (trouble === undefined) return [];
  return [
    {
      step: 'configuration',
      state: 'warning',
      detail: `the background process goes on with the settings of before: ${trouble.reason}`,
      remedy: 'Once the file is right, it takes it over by itself within seconds.',
    },
  ];
}

function examineSpool(locations: Locations, { disk, clock }: Runtime): Finding[] {
  const folder = join(locations.state.path, 'spool');
  try {
    const { waiting } = gatherStatus(disk, locations.state.path, clock);
    const { damaged } = verifySpool(disk, folder);
    const put = waiting.rejected > 0 || waiting.damaged > 0 || damaged.length > 0;
    const space = disk.space(locations.state.path);
    return [
      {
        step: 'spool',
        state: put ? 'warning' : 'ok',
        detail: `in ${folder}: ${plural(waiting.reports, 'report is', 'reports are')} waiting, ${plural(waiting.rejected, 'was', 'were')} rejected, ${plural(waiting.damaged + damaged.length, 'is', 'are')} damaged`,
        ...(put ? { remedy: 'See them: system-monitor spool list' } : {}),
      },
      space === undefined
        ? { step: 'disk', state: 'skipped', detail: `${locations.state.path} does not exist yet` }
        : diskFinding(space.freeBytes, space.totalBytes),
    ];
  } catch (error) {
    return [failure('spool', error)];
  }
}

function diskFinding(freeBytes: number, totalBytes: number): Finding {
  const isTight = freeBytes < totalBytes / 20;
  return {
    step: 'disk',
    state: isTight ? 'warning' : 'ok',
    detail: `${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free`,
    ...(isTight
      ? { remedy: 'Free some space: soon each new report will replace an old one.' }
      : {}),
  };
}

async function examineServer(
  configuration: Configuration,
  settings: Settings,
  runtime: Runtime,
): Promise<Finding[]> {
  const disk = configuration.namedFiles();
  const url = serverUrlOf(settings.url).request;
  const proxy = proxyFor(url, { setting: settings.proxy, env: runtime.environment });
  const findings: Finding[] = [];
  try {
    const credentials = createCredentials(disk, settings, silentLogger);
    const { secureContext } = await credentials.current();
    const target = proxy === undefined ? url : proxyUrlOf(proxy).request;
    const steps = await probeConnection({
      url: target,
      secureContext,
      timeoutMs: connectTimeoutMs,
    });
    const by = proxy === undefined ? '' : ` (proxy ${target.host})`;
    findings.push(...steps.map((step) => probeFinding(step, by, runtime.clock)));
    if (steps.some((step) => !step.ok)) return findings;
  } catch (error) {
    return [failure('credentials', error)];
  }
  findings.push(...(await askServer(disk, settings, runtime)));
  return findings;
}

const probeRemedies: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Check the host name in the url and the DNS settings of this machine.',
  EAI_AGAIN: 'The DNS server does not answer: check the network and /etc/resolv.conf.',
  ECONNREFUSED: 'No program listens there: check the port in the url, and start the server.',
  ETIMEDOUT: 'Nothing answers: check the address, and any firewall in between.',
  EHOSTUNREACH: 'That address cannot be reached: check the network.',
  ENETUNREACH: 'That network cannot be reached: check the network of this machine.',
  CERT_HAS_EXPIRED: "Renew the server's certificate, or set the clock of this machine.",
  DEPTH_ZERO_SELF_SIGNED_CERT: 'To trust its certificate, set tls_ca_file to it.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'If it is your own certificate authority, set tls_ca_file to its certificate.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'The server must send its whole certificate chain. If the certificate authority is your own, set tls_ca_file to its certificate.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate is for another host name: use that name in the url.',
};

function probeFinding(result: ProbeResult, by: string, clock: Clock): Finding {
  const step = result.step.toUpperCase();
  if (!result.ok) {
    const remedy = probeRemedies[result.code ?? ''];
    return {
      step,
      state: 'failed',
      detail: `${result.detail}${by}`,
      ...(remedy === undefined ? {} : { remedy }),
    };
  }
  if (result.certificateEndsMs === undefined) {
    return { step, state: 'ok', detail: `${result.detail}${by}` };
  }
  const days = Math.floor((result.certificateEndsMs - clock.epochMs()) / 1000 / secondsPerDay);
  const isShort = days < certificateWarningDays;
  return {
    step,
    state: isShort ? 'warning' : 'ok',
    detail: `${result.detail}: ${days} days left${by}`,
    ...(isShort ? { remedy: "Renew the server's certificate." } : {}),
  };
}

async function askServer(disk: Disk, settings: Settings, runtime: Runtime): Promise<Finding[]> {
  const checks = await createServerChecks(disk, settings, runtime.environment);
  try {
    const url = await checks.url();
    if (url.kind !== 'ok') {
      const remedy = 'The url must be the address of a receiver, which answers 202 to check_url.';
      return [{ step: 'check_url', state: 'failed', detail: describeAnswer(url), remedy }];
    }
    const findings: Finding[] = [{ step: 'check_url', state: 'ok', detail: describeAnswer(url) }];
    findings.push(await askForId(settings, checks));
    findings.push(clockFinding(url.answer, runtime.clock));
    return findings;
  } finally {
    await checks.close();
  }
}

async function askForId(
  settings: Settings,
  checks: Awaited<ReturnType<typeof createServerChecks>>,
): Promise<Finding> {
  const step = 'check_system_id';
  const { system_id: systemId } = settings;
  if (systemId === undefined) {
    return { step, state: 'skipped', detail: 'there is no id yet; the first start generates one' };
  }
  const answer = await checks.systemId(systemId);
  const detail = describeAnswer(answer);
  if (answer.kind === 'registered') return { step, state: 'ok', detail };
  if (answer.kind === 'not-registered') {
    const remedy = `If your server wants ids to be registered, register this one: ${systemId}`;
    return { step, state: 'warning', detail, remedy };
  }
  return { step, state: 'failed', detail };
}

function clockFinding(answer: PostAnswer, clock: Clock): Finding {
  const serverMs = answer.date === undefined ? undefined : parseHttpDate(answer.date);
  if (serverMs === undefined) {
    return { step: 'clock', state: 'skipped', detail: 'the server does not send its time' };
  }
  const apart = Math.round((clock.epochMs() - serverMs) / 1000);
  if (Math.abs(apart) <= clockToleranceSeconds) {
    return { step: 'clock', state: 'ok', detail: "agrees with the server's clock" };
  }
  return {
    step: 'clock',
    state: 'warning',
    detail: `${formatDuration(Math.abs(apart))} ${apart > 0 ? 'ahead of' : 'behind'} the server's clock`,
    remedy: 'Set both clocks over the network (NTP).',
  };
}

async function examineService(locations: Locations, runtime: Runtime): Promise<Finding> {
  try {
    const { openServiceManager } = await import('../service/install.ts');
    const { installed, running, state, manager } = await (
      await openServiceManager(runtime)
    ).status();
    if (running) return { step: 'service', state: 'ok', detail: `${manager}: ${state}` };
    if (installed) {
      const remedy =
        'See why it ended: system-monitor service logs; then start it: system-monitor service start';
      return { step: 'service', state: 'failed', detail: `${manager}: ${state}`, remedy };
    }
  } catch (error) {
    if (!(error instanceof MonitorError)) throw error;
    if (error.code !== 'NOT_AVAILABLE') return failure('service', error);
  }
  return byHand(locations, runtime);
}

/** Without a service, somebody may have started it in another way. */
function byHand(locations: Locations, { disk, clock }: Runtime): Finding {
  try {
    const { running, agent } = gatherStatus(disk, locations.state.path, clock);
    if (running) return { step: 'service', state: 'ok', detail: `running, pid ${agent?.pid}` };
  } catch (error) {
    return failure('service', error);
  }
  return {
    step: 'service',
    state: 'warning',
    detail: 'it is not running, and no service is installed',
    remedy: 'Install it: system-monitor service install; or run: system-monitor background',
  };
}

function failure(step: string, error: unknown): Finding {
  const remedy = error instanceof MonitorError ? error.hint : undefined;
  return {
    step,
    state: 'failed',
    detail: errorMessage(error),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function withoutSecrets(finding: Finding): Finding {
  return { ...finding, detail: redactText(finding.detail) };
}
