/**
 * The agent's log: pino, one JSON line an event, on standard error or in a file that is rotated.
 * Loaded by `background` alone. pino's transports are not used: they start a worker from a file,
 * which a single executable has not.
 */
import { dirname } from 'node:path';
import { type DestinationStream, destination, type Level, pino, stdTimeFunctions } from 'pino';
import { makeFolder } from './atomic-file.ts';
import { type Disk, type OpenFile, ownerOnlyFileMode } from './disk.ts';
import { MonitorError, wrapWriteError } from './errors.ts';
import type { Logger } from './logger.ts';
import { printableLines } from './printable.ts';
import { redactSecrets } from './redact.ts';

export interface PinoLoggerOptions {
  readonly disk: Disk;
  readonly level: Level;
  /** Path of the log file; empty for standard error. */
  readonly file: string;
  /** Whether standard error is one: names of others must not steer it. */
  readonly isTerminal?: boolean;
}

export interface ClosableLogger extends Logger {
  /** Nothing may be logged after it. */
  close(): void;
}

const standardError = 2;
const rotatedFiles = 3;
const rotateAtBytes = 5 * 1024 * 1024;

export function createPinoLogger(options: PinoLoggerOptions): ClosableLogger {
  const { stream, close } =
    options.file === ''
      ? standardErrorStream(options.isTerminal)
      : rotatingFile(options.disk, options.file);
  const log = pino(
    {
      level: options.level,
      // One machine, one program: neither its pid nor its host name belongs in every line.
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: ({ event, ...fields }) => ({ event, ...redactSecrets(fields) }),
      },
    },
    stream,
  );
  return {
    debug: (event, fields = {}) => log.debug({ event, ...fields }),
    info: (event, fields = {}) => log.info({ event, ...fields }),
    warn: (event, fields = {}) => log.warn({ event, ...fields }),
    error: (event, fields = {}) => log.error({ event, ...fields }),
    close,
  };
}

interface LogOutput {
  readonly stream: DestinationStream;
  readonly close: () => void;
}

/** Synchronous: a line must not be lost when the process is killed right after it. */
function standardErrorStream(isTerminal = false): LogOutput {
  const output = destination({ dest: standardError, sync: true });
  // Whoever read it has gone, or its disk is full; the work goes on without a log.
  output.on('error', () => {});
  const stream = isTerminal
    ? { write: (line: string) => void output.write(printableLines(line)) }
    : output;
  return { stream, close: () => output.end() };
}

/** The file moves to `<name>.1` when it is full, and the older ones one further. */
function rotatingFile(disk: Disk, path: string): LogOutput {
  let file = openLogFile(disk, path);
  let sizeBytes = disk.stat(path)?.sizeBytes ?? 0;

  function write(line: string): void {
    const bytes = Buffer.from(line);
    try {
      disk.write(file, bytes);
    } catch {
      // As above: a full disk ends the log and not the work.
    }
    sizeBytes += bytes.length;
    if (sizeBytes < rotateAtBytes) return;
    // Also where the renames fail: trying again at every line would help nobody.
    sizeBytes = 0;
    moveOn(disk, path);
    try {
      const next = disk.append(path, ownerOnlyFileMode);
      disk.close(file);
      file = next;
    } catch {
      // The log goes on in the file that it has.
    }
  }

  return { stream: { write }, close: () => disk.close(file) };
}

function openLogFile(disk: Disk, path: string): OpenFile {
  try {
    makeFolder(disk, dirname(path));
    return disk.append(path, ownerOnlyFileMode);
  } catch (error) {
    const { code, reason } = wrapWriteError(`open ${path}`, error);
    throw new MonitorError({
      code: code === 'BUG' ? code : 'CONFIG_INVALID',
      operation: `open the log file ${path}`,
      reason,
      hint: 'Name a file in a folder that may be written to with log_file.',
      cause: error,
    });
  }
}

function moveOn(disk: Disk, path: string): void {
  const names = [
    path,
    ...Array.from({ length: rotatedFiles }, (_, index) => `${path}.${index + 1}`),
  ];
  for (let index = rotatedFiles; index > 0; index -= 1) {
    const [older, newer] = [names[index], names[index - 1]];
    if (older === undefined || newer === undefined || disk.stat(newer) === undefined) continue;
    try {
      disk.rename(newer, older);
    } catch {
      // Somebody holds it open (Windows); the log goes on in the file that it has.
    }
  }
}
