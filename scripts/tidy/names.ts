/**
 * Names in comments and pages that do not exist (any more): files, identifiers, scripts, variables
 * of the environment, log events, links. Only what can be nothing but one of our own names is
 * judged, so that there is no false alarm: an identifier stands alone in backticks and is written
 * the way ours are; it exists as long as any line of code, any file's name or any text has it.
 */
import { posix } from 'node:path';
import type { Complaint, Project, SourceFile, TextFile } from './source.ts';

/** A comment, or a page as a whole. */
interface Prose {
  readonly file: TextFile;
  readonly text: string;
  readonly start: number;
}

/** What a check finds: the place in the text, and what is wrong there. */
interface Finding {
  readonly index: number;
  readonly what: string;
}

export function checkNames(project: Project): readonly Complaint[] {
  const known = knownNames(project);
  return proseOf(project).flatMap(({ file, text, start }) =>
    [
      ...findFiles(text, known),
      ...findIdentifiers(text, known),
      ...findScripts(text, known),
      ...findVariables(text, known),
      ...(file.path.endsWith('.md') ? findLinks(text, file.path, known) : []),
    ].map(({ index, what }) => ({
      path: file.path,
      line: file.lineAt(start + index),
      rule: 'names',
      what,
    })),
  );
}

function proseOf({ sources, texts }: Project): readonly Prose[] {
  return [
    ...sources.flatMap((file) =>
      file.comments.map(({ value, start }) => ({ file, text: value, start: start + 2 })),
    ),
    // What a message tells people to run must be there, too.
    ...texts
      .filter(({ path }) => path.endsWith('.md') && path !== 'CHANGELOG.md')
      .map((file) => ({ file, text: file.text, start: 0 })),
  ];
}

interface KnownNames {
  readonly paths: ReadonlySet<string>;
  /** Each path, and each of its ends that begins with a folder or a file name. */
  readonly pathEnds: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** Every word of the code, of texts that are no prose, and of file names. */
  readonly words: ReadonlySet<string>;
  /** All of the code. */
  readonly code: string;
  readonly events: ReadonlySet<string>;
  readonly scripts: ReadonlySet<string>;
  readonly pages: ReadonlyMap<string, TextFile>;
}

function knownNames({ sources, texts, paths }: Project): KnownNames {
  const segments = [...paths].map((path) => path.split('/'));
  const other = texts.filter(({ path }) => !/\.(ts|js|mjs|md)$|^package-lock/.test(path));
  const code = [...sources.map((file) => file.code), ...other.map(({ text }) => text)].join('\n');
  const packageJson = texts.find(({ path }) => path === 'package.json')?.text ?? '{}';
  return {
    paths,
    pathEnds: new Set(segments.flatMap((all) => all.map((_, at) => all.slice(at).join('/')))),
    folders: new Set(segments.flatMap((all) => all.map((_, at) => all.slice(0, at).join('/')))),
    words: new Set(`${code}\n${[...paths].join('\n')}`.match(/[A-Za-z_$][\w$]*/g)),
    code,
    events: new Set(eventsIn(sources)),
    scripts: new Set(Object.keys(Object(JSON.parse(packageJson).scripts))),
    pages: new Map(texts.map((file) => [file.path, file])),
  };
}

function eventsIn(sources: readonly SourceFile[]): readonly string[] {
  const list = sources.find(({ path }) => path === 'src/base/log-events.ts');
  return [...(list?.code ?? '').matchAll(/'([a-z_]+\.[a-z_]+)':/g)].map(([, event = '']) => event);
}

/** A file of ours is written as its path or the end of it; a folder as its path from the top. */
function findFiles(text: string, { paths, pathEnds, folders }: KnownNames): readonly Finding[] {
  const files =
    /(?<![\w./@<>*{}$:-]|\]\()(?:\.{1,2}\/)*((?:[\w.@-]+\/)*[\w-][\w.-]*\.(?:ts|mjs|md|nsi))(?![\w/*<{-])/g;
  const places =
    /(?<![\w./@<>*{}$:-])((?:src|docs|test|scripts|server-example)\/[\w./-]*\w)(?![\w*<{…/-])/g;
  return [
    ...[...text.matchAll(files)]
      .filter(([, name = '']) => !pathEnds.has(name))
      .map(({ index, 1: name = '' }) => ({ index, what: `there is no file ${name}` })),
    ...[...text.matchAll(places)]
      .filter(([, name = '']) => !/\.(ts|mjs|md|nsi)$/.test(name))
      .filter(([, name = '']) => !paths.has(name) && !folders.has(name))
      .map(({ index, 1: name = '' }) => ({ index, what: `there is no ${name}` })),
  ];
}

/** Camel case, snake case, calls and members; and log events. */
function findIdentifiers(text: string, { words, code, events }: KnownNames): readonly Finding[] {
  const groups = new Set([...events].map((event) => event.split('.')[0]));
  return [...text.matchAll(/`([A-Za-z_$][\w$.]*)(?:\(\))?`/g)].flatMap(
    ({ index, 1: name = '' }) => {
      const parts = name.split('.');
      const isEvent = groups.has(parts[0]) && /^[a-z]+\.[a-z_]+$/.test(name);
      if (isEvent && !events.has(name) && !code.includes(name)) {
        return [{ index, what: `there is no event ${name} (src/base/log-events.ts)` }];
      }
      const isOurs = /^[a-z]+[A-Z]|^[a-z]+_[a-z]/;
      const gone = parts.find((part) => isOurs.test(part) && !words.has(part));
      return gone === undefined ? [] : [{ index, what: `nothing is called ${gone} any more` }];
    },
  );
}

function findScripts(text: string, { scripts }: KnownNames): readonly Finding[] {
  return [...text.matchAll(/\bnpm run(?: --silent)? ([a-z][\w:-]*)/g)]
    .filter(([, name = '']) => !scripts.has(name))
    .map(({ index, 1: name = '' }) => ({ index, what: `package.json has no script ${name}` }));
}

/** Those of settings are made from their names: `SYSTEM_MONITOR_URL` from `url`. */
function findVariables(text: string, { words }: KnownNames): readonly Finding[] {
  return [...text.matchAll(/\bSYSTEM_MONITOR_([A-Z_]*[A-Z])(?![\w<*])/g)]
    .filter(({ 0: name, 1: key = '' }) => !words.has(name) && !words.has(key.toLowerCase()))
    .map(({ index, 0: name }) => ({ index, what: `nothing reads ${name}` }));
}

/** Links of a page: the file is there, and so is the heading. */
function findLinks(text: string, path: string, known: KnownNames): readonly Finding[] {
  return [...text.matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(
    ({ index, 1: target = '', 2: heading }) => {
      const to = target === '' ? path : posix.join(posix.dirname(path), target).replace(/\/$/, '');
      if (!known.paths.has(to) && !known.folders.has(to)) {
        return [{ index, what: `the link leads nowhere: there is no ${to}` }];
      }
      const page = known.pages.get(to);
      if (heading === undefined || page === undefined) return [];
      if (anchorsOf(page.text).includes(heading)) return [];
      return [{ index, what: `${to} has no heading #${heading}` }];
    },
  );
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
