/** A setting that was edited without its secrets being shown: what stayed hidden stays as it was. */
import { type SettingKey, settingRow } from '../settings/setting-table.ts';
import { withoutSecrets } from '../settings/show.ts';

/** `next` with the secrets of `before`, where it goes to the same server, or has the same headers. */
export function withHiddenParts(key: SettingKey, next: unknown, before: unknown): unknown {
  const { kind } = settingRow(key);
  if (kind === 'headers') return withHiddenHeaders(key, next, before);
  if (kind !== 'url' || typeof next !== 'string' || typeof before !== 'string') return next;
  const [url, old] = [URL.parse(next), URL.parse(before)];
  const shown = URL.parse(String(withoutSecrets(key, before)));
  if (url === null || old === null || url.origin !== old.origin) return next;
  const hasOwn = url.username !== '' || url.password !== '';
  const hidesQuery = shown !== null && shown.search !== old.search;
  const isSameQuery = hidesQuery && url.search === shown.search;
  if ((hasOwn || (old.username === '' && old.password === '')) && !isSameQuery) return next;
  if (!hasOwn) {
    url.username = old.username;
    url.password = old.password;
  }
  if (isSameQuery) url.search = old.search;
  return url.href;
}

function withHiddenHeaders(key: SettingKey, next: unknown, before: unknown): unknown {
  const [old, shown] = [entriesOf(before), entriesOf(withoutSecrets(key, before))];
  const restored = [...entriesOf(next)].map(([name, value]) =>
    old.has(name) && value === shown.get(name) ? [name, old.get(name)] : [name, value],
  );
  return Object.fromEntries(restored);
}

function entriesOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}
