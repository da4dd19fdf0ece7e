/**
 * Who may import whom. A room is a folder of src/, or a folder at the top; what is not in this table
 * does not exist, and an import that the table does not name is refused. docs/architecture.md draws
 * it, lowest first here: each room may import those named beside it, all of which stand above its
 * own line, so that there is no way round.
 */
import { posix } from 'node:path';
import type { Complaint, Project, SourceFile } from './source.ts';

export const layers: Readonly<Record<string, string>> = {
  base: '',
  wire: 'base',
  host: 'base',
  settings: 'wire base',
  spool: 'settings wire base',
  collectors: 'settings host wire base',
  delivery: 'spool settings wire base',
  config: 'settings wire base',
  agent: 'delivery collectors spool wire base',
  status: 'agent delivery collectors spool settings base',
  service: 'config settings host base',
  background: 'status agent config delivery collectors spool settings base',
  doctor: 'status service config delivery collectors spool settings host base',
  cli: 'background doctor status service config delivery collectors spool settings host wire base',
  'src/main.ts': 'cli host base',
  bin: 'src/main.ts',
  'server-example': 'wire',
  'server-example/web': '',
};
/** They serve the whole project and may look anywhere; nobody above may look at them. */
const free = new Set(['build', 'scripts', 'test']);

/** Where a package, or a module of Node that is the business of one room, may be imported. */
const packages: Readonly<Record<string, string>> = {
  'node:child_process': 'host',
  'node:ffi': 'host/win32 host/darwin',
  'node:sea': 'src/main.ts',
  'node:sqlite': 'host server-example',
  '@inquirer/prompts': 'cli',
  commander: 'cli',
  conf: 'config',
  hono: 'server-example',
  '@hono/node-server': 'server-example',
  '@hono/zod-openapi': 'server-example',
  pg: 'server-example',
  pino: 'base',
  'string-width': 'cli',
  systeminformation: 'collectors host',
  undici: 'delivery',
  zod: 'wire settings status cli server-example',
};

export function checkLayers({ sources }: Project): readonly Complaint[] {
  return [...checkTable(layers), ...sources.flatMap(checkFile)];
}

/** A room that may import one below its own line could be imported by it. */
export function checkTable(table: Readonly<Record<string, string>>): readonly Complaint[] {
  const above = new Set<string>();
  return Object.entries(table).flatMap(([room, names]) => {
    const wrong = wordsOf(names).filter((name) => !above.has(name));
    above.add(room);
    return wrong.map((name) => ({
      path: 'scripts/tidy/layers.ts',
      line: 1,
      rule: 'layers',
      what: `${room} may not import ${name}, which does not stand above it: imports point one way`,
    }));
  });
}

function checkFile(file: SourceFile): readonly Complaint[] {
  const room = roomOf(file.path);
  if (free.has(room)) return [];
  const allowed = layers[room];
  if (allowed === undefined) {
    return [
      complain(
        file,
        1,
        `${room} is a room that nobody declared; scripts/tidy/layers.ts lists them`,
      ),
    ];
  }
  return file.imports.flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return checkPackage(file, specifier, line);
    const target = roomOf(posix.join(posix.dirname(file.path), specifier));
    if (target === room || wordsOf(allowed).includes(target)) return [];
    const may = allowed === '' ? 'no other room' : allowed.replaceAll(' ', ', ');
    return [complain(file, line, `${room} may not import ${target}; it may import ${may}`)];
  });
}

function checkPackage(file: SourceFile, specifier: string, line: number): readonly Complaint[] {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  const places = packages[name];
  if (places === undefined) {
    if (name.startsWith('node:')) return [];
    return [
      complain(file, line, `${name} is in no room's list of packages; see scripts/tidy/layers.ts`),
    ];
  }
  const path = file.path.replace(/^src\/(?!main)/, '');
  if (wordsOf(places).some((place) => path === place || path.startsWith(`${place}/`))) return [];
  return [complain(file, line, `${name} may be imported by ${places.replaceAll(' ', ', ')} alone`)];
}

/** `base` for src/base/…, `server-example/web`, else the folder at the top; src/main.ts is itself. */
function roomOf(path: string): string {
  const [top = '', folder = '', ...rest] = path.split('/');
  if (top === 'src') return rest.length > 0 ? folder : path;
  return rest.length > 0 && `${top}/${folder}` in layers ? `${top}/${folder}` : top;
}

function wordsOf(names: string): readonly string[] {
  return names.split(' ').filter((name) => name !== '');
}

function complain(file: SourceFile, line: number, what: string): Complaint {
  return { path: file.path, line, rule: 'layers', what };
}
