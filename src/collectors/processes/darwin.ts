/** Processes of macOS by libproc, with the names and users that ps(1) gives. */
import {
  createProcessTable,
  type DarwinProcess,
  readUserName,
} from '../../host/darwin/process-table.ts';
import { createPsUsers } from '../../host/portable/ps-users.ts';
import type { NativePart } from '../darwin-native.ts';
import type { Process } from './index.ts';

/** Processes come and go between the two readings. */
const agreeingShare = 0.9;

export const darwinProcesses: NativePart<Process[]> = {
  part: 'processes',
  open: (calls, { clock, remarks, settings }) => {
    const table = createProcessTable(calls);
    let listed: readonly DarwinProcess[] = [];
    const users = createPsUsers({
      clock,
      remarks,
      ask: async () => {
        const names = new Map<number, string>();
        for (const userId of new Set(listed.map((one) => one.userId))) {
          names.set(userId, readUserName(calls, userId) ?? String(userId));
        }
        return names;
      },
    });
    const wantsUsers = settings.processes_detail === 'full';
    return async () => {
      listed = table.read();
      if (wantsUsers) await users.lookUp(new Set(listed.map((one) => one.userId)));
      return listed.map(({ pid, userId, name }) => ({
        pid,
        name,
        username: wantsUsers ? users.nameOf(userId) : '',
      }));
    };
  },
  disagreement: (native, portable) => {
    if (!Array.isArray(native)) return 'a list that is none';
    const users = new Map<string, unknown>();
    for (const one of native) {
      const { pid, name, username }: Partial<Record<keyof Process, unknown>> = Object(one);
      users.set(`${String(pid)} ${String(name)}`, username);
    }
    const agreeing = portable.filter(({ pid, name, username }) => {
      const user = users.get(`${pid} ${name}`);
      // Where no users are wanted, none are compared.
      return user !== undefined && (username === '' || user === username);
    });
    if (agreeing.length >= portable.length * agreeingShare) return undefined;
    return `${agreeing.length} of ${portable.length} processes are the same`;
  },
};
