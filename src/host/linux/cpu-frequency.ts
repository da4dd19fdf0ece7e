/**
 * Current CPU frequency, in psutil 5.9's order of sources (its issues 1071 and 1851):
 * /proc/cpuinfo where it has one figure for each cpufreq policy, else each policy's
 * scaling_cur_freq, else its cpuinfo_cur_freq (old Red Hat, and root only); without cpufreq
 * /proc/cpuinfo alone.
 */
import { readdirSync } from 'node:fs';
import { wrapSystemError } from '../../base/errors.ts';
import { isAbsence, readOptionalKernelFile } from './files.ts';

/** MHz of each CPU that tells it, in the order of `cpu MHz` lines. ARM has none. */
export function parseCpuInfoMhz(text: string): number[] {
  const figures: number[] = [];
  for (const match of text.matchAll(/^cpu mhz[^:\n]*:\s*(\d{1,9}(?:\.\d{1,9})?)\s*$/gim)) {
    figures.push(Number(match[1]));
  }
  return figures;
}

/** kHz as cpufreq writes it (Documentation/admin-guide/pm/cpufreq.rst); undefined for no number. */
export function parseKilohertz(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,10})\s*$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * MHz averaged over the policies, a whole number. Undefined where the kernel tells none, or tells
 * 0, which a virtual machine's driver does when it does not know.
 */
export function readCpuFrequencyMhz(roots: { proc: string; sys: string }): number | undefined {
  const cpuInfo = parseCpuInfoMhz(readOptionalKernelFile(`${roots.proc}/cpuinfo`) ?? '');
  const policies = listPolicies(`${roots.sys}/devices/system/cpu`);
  const figures =
    policies.length === 0 || policies.length === cpuInfo.length
      ? cpuInfo
      : policies.map(readPolicyMhz);
  return averageMhz(figures) ?? averageMhz(cpuInfo);
}

function averageMhz(figures: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const mhz of figures) {
    if (mhz === undefined) return undefined;
    sum += mhz;
  }
  const average = Math.round(sum / figures.length);
  return average > 0 ? average : undefined;
}

function readPolicyMhz(folder: string): number | undefined {
  const kilohertz =
    parseKilohertz(readOptionalKernelFile(`${folder}/scaling_cur_freq`)) ??
    parseKilohertz(readOptionalKernelFile(`${folder}/cpuinfo_cur_freq`));
  return kilohertz === undefined ? undefined : kilohertz / 1000;
}

/** The folders of the policies; kernels before 4.3 have one in each CPU's own folder instead. */
function listPolicies(cpuFolder: string): string[] {
  const policies = listNames(`${cpuFolder}/cpufreq`).filter((name) => /^policy\d+$/.test(name));
  if (policies.length > 0) return policies.map((name) => `${cpuFolder}/cpufreq/${name}`);
  return listNames(cpuFolder)
    .filter((name) => /^cpu\d+$/.test(name))
    .filter((name) => listNames(`${cpuFolder}/${name}/cpufreq`).length > 0)
    .map((name) => `${cpuFolder}/${name}/cpufreq`);
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // No cpufreq driver, or no sysfs at all: a normal absence.
    if (isAbsence(error)) return [];
    throw wrapSystemError(`list ${folder}`, error);
  }
}
