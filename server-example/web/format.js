/** Numbers and moments as people read them. A figure that is not known is a dash, never 0. */

const unknown = '–';
const sizeUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** @param {number | null | undefined} bytes */
export function formatBytes(bytes) {
  if (bytes === null || bytes === undefined) return unknown;
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < sizeUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${sizeUnits[unit]}`;
}

/** @param {number | null | undefined} bytesPerSecond */
export function formatRate(bytesPerSecond) {
  if (bytesPerSecond === null || bytesPerSecond === undefined) return unknown;
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** @param {number | null | undefined} percent */
export function formatPercent(percent) {
  if (percent === null || percent === undefined) return unknown;
  return `${percent.toFixed(1)} %`;
}

/** @param {number | null | undefined} mhz */
export function formatFrequency(mhz) {
  if (mhz === null || mhz === undefined) return unknown;
  return mhz >= 1000 ? `${(mhz / 1000).toFixed(2)} GHz` : `${mhz.toFixed(0)} MHz`;
}

/** @param {number} seconds */
export function formatDuration(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}

/**
 * @param {number | null | undefined} epoch
 * @param {number} now
 */
export function formatAgo(epoch, now) {
  if (epoch === null || epoch === undefined) return 'never';
  const seconds = now - epoch;
  if (seconds < 2) return 'just now';
  return `${formatDuration(seconds)} ago`;
}

const momentFormat = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
});

/** @param {number | null | undefined} epoch */
export function formatMoment(epoch) {
  if (epoch === null || epoch === undefined) return unknown;
  return momentFormat.format(epoch * 1000);
}

/**
 * What a machine is called: its given name, or the beginning of its id.
 *
 * @param {{ id: string, name: string | null }} system
 */
export function nameOf(system) {
  return system.name ?? shortId(system.id);
}

/**
 * `Linux-0f3a…` is the same 38 characters for every machine to the eye; eight digits tell a fleet
 * apart, and the whole id is in the title.
 *
 * @param {string} id
 */
export function shortId(id) {
  const parts = /^(Linux|Darwin|Windows)-([0-9a-f]{8})[0-9a-f]{24}$/.exec(id);
  return parts === null ? id : `${parts[1]}-${parts[2]}…`;
}
