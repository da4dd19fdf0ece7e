/** The receiver's own figures, and each machine's newest, in Prometheus' text format. */
import type { SystemSummary } from './api-schemas.ts';
import type { InsertOutcome } from './store.ts';

/** What came of a send_stats request. */
export type ReportOutcome = InsertOutcome | 'refused' | 'limited' | 'unavailable';

export interface Metrics {
  count(outcome: ReportOutcome): void;
  /** https://prometheus.io/docs/instrumenting/exposition_formats/ */
  render(systems: AsyncIterable<readonly SystemSummary[]>, listeners: number): Promise<string>;
}

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly read: (system: SystemSummary) => number | null | undefined;
}

const gauges: readonly Gauge[] = [
  {
    name: 'system_monitor_last_received_seconds',
    help: 'When the machine last reported, in seconds since 1970.',
    read: (system) => system.last_received,
  },
  {
    name: 'system_monitor_cpu_used_ratio',
    help: 'Busy share of all CPUs, 0 to 1.',
    read: (system) => ratio(system.figures?.cpu_percent),
  },
  {
    name: 'system_monitor_memory_used_ratio',
    help: 'Share of the memory that is not available, 0 to 1.',
    read: (system) => ratio(system.figures?.memory_percent),
  },
  {
    name: 'system_monitor_memory_total_bytes',
    help: 'Memory of the machine.',
    read: (system) => system.figures?.memory_total,
  },
  {
    name: 'system_monitor_disk_used_ratio',
    help: 'Used share of the fullest disk, 0 to 1.',
    read: (system) => ratio(system.figures?.disk?.percent),
  },
  {
    name: 'system_monitor_processes',
    help: 'Processes of the machine.',
    read: (system) => system.figures?.processes,
  },
];

export function createMetrics(): Metrics {
  const reports: Record<ReportOutcome, number> = {
    stored: 0,
    duplicate: 0,
    conflict: 0,
    excess: 0,
    refused: 0,
    limited: 0,
    unavailable: 0,
  };
  return {
    count: (outcome) => {
      reports[outcome] += 1;
    },
    render: async (systems, listeners) => {
      const states = { up: 0, late: 0, silent: 0, waiting: 0 };
      const samples = gauges.map((): string[] => []);
      for await (const some of systems) {
        for (const system of some) states[system.state] += 1;
        for (const [at, gauge] of gauges.entries()) samples[at]?.push(...samplesOf(gauge, some));
      }
      const lines = [
        ...family(
          'system_monitor_receiver_reports_total',
          'counter',
          'Reports by outcome, since the receiver started.',
          Object.entries(reports).map(([outcome, count]) => [`{outcome="${outcome}"}`, count]),
        ),
        ...family(
          'system_monitor_receiver_systems',
          'gauge',
          'Machines by state.',
          Object.entries(states).map(([state, count]) => [`{state="${state}"}`, count]),
        ),
        ...family('system_monitor_receiver_pages', 'gauge', 'Open pages that are updated live.', [
          ['', listeners],
        ]),
      ];
      const families = gauges.flatMap(({ name, help }, at) => [
        ...family(name, 'gauge', help, []),
        ...(samples[at] ?? []),
      ]);
      return `${[...lines, ...families].join('\n')}\n`;
    },
  };
}

function samplesOf(gauge: Gauge, systems: readonly SystemSummary[]): readonly string[] {
  return systems.flatMap((system) => {
    const value = gauge.read(system);
    if (value === null || value === undefined) return [];
    return [`${gauge.name}${labels(system)} ${value}`];
  });
}

function family(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly (readonly [string, number])[],
): readonly string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([label, value]) => `${name}${label} ${value}`),
  ];
}

function labels(system: SystemSummary): string {
  const name = system.name === null ? '' : `,name="${escapeLabel(system.name)}"`;
  return `{system_id="${escapeLabel(system.id)}"${name}}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function ratio(percent: number | null | undefined): number | null {
  return percent === null || percent === undefined ? null : percent / 100;
}
