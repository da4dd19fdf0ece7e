/** Test material that nothing uses: it costs readers time and proves nothing. */
import { posix } from 'node:path';
import type { Complaint, Project } from './source.ts';

const caseFiles = new Set(['WHY', 'expected.json', 'case.json']);
const stepFiles = /^(proc|sys|etc)\/|^(interfaces|statfs)\.json$|^ip-address\.txt$/;

export function checkFixtures(project: Project): readonly Complaint[] {
  return [...checkCases(project), ...checkMaterial(project)];
}

/** test/cases/<part>/<oddity>/step-N/…: see test/support/captured-case.ts. */
function checkCases({ sources, paths }: Project): readonly Complaint[] {
  const readers = sources
    .filter(({ path }) => /^src\/(collectors|host)\/|captured-case/.test(path))
    .map(({ code }) => code)
    .join('\n');
  return [...paths].flatMap((path) => {
    const [, , part = '', oddity, step, ...rest] = path.split('/');
    if (!path.startsWith('test/cases/') || oddity === undefined) return [];
    if (!paths.has(`src/collectors/${part}/index.ts`)) {
      return [complain(path, `there is no collector named ${part}`)];
    }
    if (step === undefined || (rest.length === 0 && !caseFiles.has(step))) {
      return [complain(path, `a case has ${[...caseFiles].join(', ')} and steps`)];
    }
    if (rest.length === 0) return [];
    const number = Number(/^step-(\d+)$/.exec(step)?.[1]);
    const folder = `test/cases/${part}/${oddity}/step-`;
    if (!(number === 1 || (number > 1 && hasFolder(paths, `${folder}${number - 1}`)))) {
      return [complain(path, `${step} is never reached; steps are numbered from 1 without a gap`)];
    }
    const file = rest.join('/');
    if (!stepFiles.test(file) || !readers.includes(posix.basename(file))) {
      return [complain(path, 'no collector reads such a file; take it out')];
    }
    return [];
  });
}

function hasFolder(paths: ReadonlySet<string>, folder: string): boolean {
  return [...paths].some((path) => path.startsWith(`${folder}/`));
}

/** Whatever else lies under test/ is imported by a test, or started by its name. */
function checkMaterial({ sources, texts, paths }: Project): readonly Complaint[] {
  const users = [
    ...sources.map(({ path, code }) => ({ path, text: code })),
    ...texts.filter(({ path }) => !/\.(ts|js|mjs)$/.test(path)),
  ].filter(({ path }) => /^(test|build|scripts|\.ci)\//.test(path) && !/\.(md|json)$/.test(path));
  return [...paths]
    .filter((path) => /^test\/(?!cases\/)/.test(path) && !path.endsWith('.test.ts'))
    .filter((path) => {
      const name = posix.basename(path);
      return !users.some((user) => user.path !== path && user.text.includes(name));
    })
    .map((path) => complain(path, 'no test uses it; take it out'));
}

function complain(path: string, what: string): Complaint {
  return { path, line: 1, rule: 'fixtures', what };
}
