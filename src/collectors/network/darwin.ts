/** Bytes of the interfaces of macOS by sysctl(3), the call under netstat(1). */
import { readInterfaceList } from '../../host/darwin/interface-counters.ts';
import type { NativePart } from '../darwin-native.ts';
import type { InterfaceCounters } from './network-of.ts';

export type CounterList = readonly (readonly [name: string, counters: InterfaceCounters])[];

/** What comes and goes between the two readings. */
const toleratedBytes = 64 * 1024 * 1024;

export const darwinCounters: NativePart<CounterList> = {
  part: 'network',
  open: (calls) => async () =>
    readInterfaceList(calls).map(({ name, ...counters }) => [name, counters] as const),
  disagreement: (native, portable) => {
    if (!Array.isArray(native)) return 'a list that is none';
    const read = new Map(native.map((one) => [Object(one)[0], Object(Object(one)[1])]));
    for (const [name, counters] of portable) {
      for (const key of ['receivedBytes', 'sentBytes'] as const) {
        const [value, expected] = [read.get(name)?.[key], counters[key]];
        if (expected === undefined) continue;
        const isNear =
          typeof value === 'number' && Math.abs(value - Number(expected)) <= toleratedBytes;
        if (!isNear) return `${key} of ${name} is ${String(value)} instead of ${String(expected)}`;
      }
    }
    return undefined;
  },
};
