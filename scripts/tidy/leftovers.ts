/** What was left behind: work put off, tests narrowed to one, checks silenced. */
import { Visitor } from 'oxc-parser';
import type { Complaint, Project, SourceFile, TextFile } from './source.ts';

const marks: readonly (readonly [RegExp, string])[] = [
  [/\b(TODO|FIXME|XXX|HACK)\b/g, 'do it, or say in the issue what is left'],
  [/\b(biome-ignore|eslint-disable|prettier-ignore)\b/g, 'mend what the check complains of'],
  [/@ts-(ignore|expect-error|nocheck)\b/g, 'give it the right type'],
  [/\b(istanbul|c8|v8) ignore\b/g, 'test it, or take it out'],
];
/** Their comments are lines that begin with a hash; a page is text as a whole. */
const hashed = /\.(sh|ps1|py|yml|nsi)$|^\.ci\//;

export function checkLeftovers({ sources, texts }: Project): readonly Complaint[] {
  return [
    ...sources.flatMap((file) =>
      file.comments.flatMap(({ value, start }) => findMarks(file, value, start)),
    ),
    ...sources.filter(({ path }) => path.startsWith('test/')).flatMap(findNarrowed),
    ...texts.flatMap((file) => {
      if (file.path.endsWith('.md')) return findMarks(file, file.text, 0);
      if (!hashed.test(file.path)) return [];
      return [...file.text.matchAll(/#.*/g)].flatMap((comment) =>
        findMarks(file, comment[0], comment.index),
      );
    }),
  ];
}

function findMarks(file: TextFile, text: string, start: number): readonly Complaint[] {
  return marks.flatMap(([mark, remedy]) =>
    [...text.matchAll(mark)].map((found) =>
      complain(file, start + found.index, `${found[0]}: ${remedy}`),
    ),
  );
}

function findNarrowed(file: SourceFile): readonly Complaint[] {
  const complaints: Complaint[] = [];
  new Visitor({
    MemberExpression: ({ object, property, start }) => {
      const isTest = object.type === 'Identifier' && /^(test|it|describe)$/.test(object.name);
      if (isTest && property.type === 'Identifier' && property.name === 'only') {
        complaints.push(
          complain(file, start, 'the other tests of this file are not run; drop .only'),
        );
      }
    },
  }).visit(file.program);
  return complaints;
}

function complain(file: TextFile, offset: number, what: string): Complaint {
  return { path: file.path, line: file.lineAt(offset), rule: 'leftovers', what };
}
