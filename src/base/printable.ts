/** Texts of other programs, made harmless for a terminal. */

/** Names come from other programs: a control character would move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
