/**
 * Who may import whom. A room is a folder of src/, or a folder at the top; what is not in this table
 * does not exist, and an import that the table does not name is refused. docs/architecture.md draws
 * it, lowest first here: each room may import those named beside it, all of which stand above its
 * own line, so that there is no way round.
 */
import { posix } from 'node:path';
import type { Complaint, SourceFile } from './source.ts';

const layers: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/wire': ['src/base'],
  'src/host': ['src/base'],
  'src/settings': ['src/wire', 'src/base'],
  'src/spool': ['src/settings', 'src/wire', 'src/base'],
  'src/collectors': ['src/settings', 'src/host', 'src/wire', 'src/base'],
  'src/delivery': ['src/settings', 'src/spool', 'src/wire', 'src/base'],
  'src/config': ['src/settings', 'src/wire', 'src/base'],
  'src/agent': ['src/collectors', 'src/delivery', 'src/spool', 'src/wire', 'src/base'],
  'src/status': [
    'src/agent',
    'src/collectors',
    'src/delivery',
    'src/settings',
    'src/spool',
    'src/base',
  ],
  'src/service': ['src/config', 'src/settings', 'src/host', 'src/base'],
  'src/background': [
    ...['src/agent', 'src/status', 'src/config', 'src/collectors', 'src/delivery', 'src/spool'],
    ...['src/settings', 'src/base'],
  ],
  'src/doctor': [
    ...['src/status', 'src/service', 'src/config', 'src/collectors', 'src/delivery', 'src/spool'],
    ...['src/settings', 'src/host', 'src/base'],
  ],
  'src/cli': [
    ...[
      'src/background',
      'src/doctor',
      'src/status',
      'src/service',
      'src/config',
      'src/collectors',
    ],
    ...['src/delivery', 'src/spool', 'src/settings', 'src/host', 'src/wire', 'src/base'],
  ],
  src: ['src/cli', 'src/host', 'src/base'],
  bin: ['src'],
  'server-example': ['src/wire'],
};
/** They serve the whole project and may look anywhere; nobody above may look at them. */
const free = new Set(['build', 'scripts', 'test']);

export function checkLayers(files: readonly SourceFile[]): readonly Complaint[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    if (free.has(room)) return [];
    const allowed = layers[room];
    if (allowed === undefined) return [complain(file, 1, `${room} is a room that nobody declared`)];
    return file.imports.flatMap(({ specifier, line }) => {
      if (specifier === 'node:ffi' && !file.path.startsWith('src/host/win32/')) {
        return [complain(file, line, 'only src/host/win32 calls native code')];
      }
      if (!specifier.startsWith('.')) return [];
      const target = roomOf(posix.join(posix.dirname(file.path), specifier));
      if (target === room || allowed.includes(target)) return [];
      return [complain(file, line, `${room} may not import ${target}`)];
    });
  });
}

function roomOf(path: string): string {
  const [top = '', folder = '', ...rest] = path.split('/');
  return top === 'src' && rest.length > 0 ? `src/${folder}` : top;
}

function complain(file: SourceFile, line: number, what: string): Complaint {
  return { path: file.path, line, rule: 'layers', what };
}
