import type { LogEvent } from '../../src/base/log-events.ts';
import type { LogFields, Logger } from '../../src/base/logger.ts';

export interface LogLine {
  readonly level: keyof Logger;
  readonly event: LogEvent;
  readonly fields: LogFields;
}

export interface RecordingLogger extends Logger {
  readonly lines: readonly LogLine[];
  events(): readonly LogEvent[];
}

export function createRecordingLogger(): RecordingLogger {
  const lines: LogLine[] = [];
  const record =
    (level: keyof Logger) =>
    (event: LogEvent, fields: LogFields = {}) => {
      const odd = Object.keys(fields).find((name) => !/^[a-z0-9]+(?:_[a-z0-9]+)*$/.test(name));
      if (odd !== undefined) throw new Error(`${event}: the field ${odd} is not in snake_case`);
      lines.push({ level, event, fields });
    };
  return {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    lines,
    events: () => lines.map((line) => line.event),
  };
}
