/**
 * uid → name from the lines of /etc/passwd or getent(1). Of several users with one uid the first
 * counts, as in getpwuid(3); lines that no account has (comments, NIS's `+` and `-`, garbage) are
 * passed over.
 */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name = '', , uidText = ''] = line.split(':', 4);
    if (name === '' || /^[+\-#]/.test(name) || !/^\d{1,10}$/.test(uidText)) continue;
    const uid = Number(uidText);
    if (!names.has(uid)) names.set(uid, name);
  }
  return names;
}
