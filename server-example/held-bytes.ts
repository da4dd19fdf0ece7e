/** How many bytes are held in memory, in all and for each of those who brought them. */

export interface HeldBytes {
  /** `whose` holds so many more; or which of the two bounds that would break, and nothing changes. */
  take(whose: string, bytes: number): 'taken' | 'too many' | 'too many of one';
  giveBack(whose: string, bytes: number): void;
}

export function createHeldBytes(most: number, mostOfOne: number): HeldBytes {
  const bytesOf = new Map<string, number>();
  let all = 0;
  return {
    take(whose, bytes) {
      const ofOne = (bytesOf.get(whose) ?? 0) + bytes;
      if (all + bytes > most) return 'too many';
      if (ofOne > mostOfOne) return 'too many of one';
      all += bytes;
      bytesOf.set(whose, ofOne);
      return 'taken';
    },
    giveBack(whose, bytes) {
      all -= bytes;
      const left = (bytesOf.get(whose) ?? 0) - bytes;
      if (left > 0) bytesOf.set(whose, left);
      else bytesOf.delete(whose);
    },
  };
}
