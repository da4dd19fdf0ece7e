/**
 * The number of CPUs in a list such as `0-3,8` (Documentation/admin-guide/cputopology.rst), or
 * undefined where the text is no such list or an empty one.
 */
export function countCpuList(text: string): number | undefined {
  let count = 0;
  for (const range of text.trim().split(',')) {
    const bounds = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(range);
    if (bounds === null) return undefined;
    const first = Number(bounds[1]);
    const last = Number(bounds[2] ?? bounds[1]);
    if (last < first) return undefined;
    count += last - first + 1;
  }
  return count;
}
