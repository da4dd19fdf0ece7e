/** A function fits on a screen. One that is better read in one piece says so at its head. */
import { Visitor } from 'oxc-parser';
import type { Complaint, Project, SourceFile } from './source.ts';

const linesMax = 70;
const reason = /\bLong because: \S/;
const judged = /^(src|server-example)\//;

export function checkLength({ sources }: Project): readonly Complaint[] {
  return sources.filter(({ path }) => judged.test(path)).flatMap(checkFile);
}

function checkFile(file: SourceFile): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const reasons = file.comments
    .filter(({ value }) => reason.test(value))
    .map(({ end }) => file.lineAt(end));
  const judge = ({ start, end }: { start: number; end: number }): void => {
    const first = file.lineAt(start);
    const lines = file.lineAt(end) - first + 1;
    // Directly above it, or as the first line inside.
    if (lines <= linesMax || reasons.some((line) => line >= first - 1 && line <= first + 1)) return;
    complaints.push({
      path: file.path,
      line: first,
      rule: 'length',
      what: `a function of ${lines} lines; split it by idea (${linesMax} at most), or say above it "Long because: …"`,
    });
  };
  new Visitor({
    FunctionDeclaration: judge,
    FunctionExpression: judge,
    ArrowFunctionExpression: judge,
  }).visit(file.program);
  return complaints;
}
