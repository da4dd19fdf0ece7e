/** What `doctor` found, for people. */
import { printable } from '../../base/printable.ts';
import type { Finding } from '../../doctor/finding.ts';

/** One line a finding, its remedy under it. */
export function formatFindings(findings: readonly Finding[]): string {
  const marks = { ok: '✓', warning: '!', failed: '✗', skipped: '–' } as const;
  return findings
    .map(({ step, state, detail, remedy }) => {
      const line = `${marks[state]} ${step.padEnd(16)}${printable(detail)}\n`;
      return remedy === undefined ? line : `${line}${' '.repeat(18)}→ ${printable(remedy)}\n`;
    })
    .join('');
}
