/**
 * A machine's name for people, which goes beside the JSON in a header, where it was set at all. A
 * header's bytes are of no certain alphabet (RFC 9110, section 5.5), so it is percent-encoded UTF-8.
 */

export const machineNameHeader = 'system-monitor-name';

/** Up to 200 code points in which nothing is invisible; empty for none. */
export const machineNamePattern = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]{0,200}$/u;

/** After "must be". */
export const machineNameForm = 'at most 200 characters, all of them visible';
