/** Decisions are numbered from 0001 without a gap, and each page begins with its number. */
import type { Complaint, Project } from './source.ts';

export function checkDecisions({ texts }: Project): readonly Complaint[] {
  const pages = texts.filter(({ path }) => path.startsWith('docs/decisions/'));
  return pages
    .map(({ path, text }) => ({ path, text, number: /\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1] }))
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .flatMap(({ path, text, number }, index) => {
      const due = String(index + 1).padStart(4, '0');
      if (number !== due) return [complain(path, `its number is due to be ${due}; rename it`)];
      if (text.startsWith(`# ${number}: `)) return [];
      return [complain(path, `it begins with another heading than "# ${number}: …"`)];
    });
}

function complain(path: string, what: string): Complaint {
  return { path, line: 1, rule: 'decisions', what };
}
