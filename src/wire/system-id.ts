/**
 * What a system id may be: any text of 1 to 200 code points in which nothing is invisible. It is used
 * byte for byte as it was given: a trimmed or normalised one would be another machine's.
 */
export const systemIdPattern = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{1,200}$/u;

/** After "must be". */
export const systemIdForm =
  '1 to 200 characters, none of them a control character, a line break or an invisible one';
