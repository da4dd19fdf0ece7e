/** /proc/zoneinfo (proc(5)): the memory zones' watermarks, in pages. */

/**
 * The sum of every zone's `low` watermark, in pages: below it the kernel begins to reclaim. Lines
 * that are no watermark are passed over; text without any gives 0.
 */
export function parseLowWatermarkPages(text: string): number {
  let pages = 0;
  for (const match of text.matchAll(/^ +low +(\d{1,15})$/gm)) pages += Number(match[1]);
  return pages;
}
