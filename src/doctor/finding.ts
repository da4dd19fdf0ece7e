/** One step of what `doctor` looks at, and what is to be done about it. */
export interface Finding {
  readonly step: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  readonly remedy?: string;
}
