/**
 * Machines that report without a pause, and do with every answer what the agent does: a report is
 * sent again until it is answered with 200, and counts as acknowledged from then on.
 */
import { exampleReport } from './report.ts';

export interface FleetLoad {
  /** `ID EPOCH` of each report that was answered with 200. */
  readonly acknowledged: ReadonlySet<string>;
  /** How often each other status came; 0 stands for no answer at all. */
  readonly refusals: ReadonlyMap<number, number>;
  /** Resolves once so many more are acknowledged. */
  more(count: number): Promise<void>;
  /** Ends once what was being sent is acknowledged. */
  stop(): Promise<void>;
}

const pauseMs = 50;
/** A fault may last so long, and no test waits longer. */
const patienceMs = 60_000;

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms).unref());

export function startFleetLoad(url: string, machines: number): FleetLoad {
  const acknowledged = new Set<string>();
  const refusals = new Map<number, number>();
  let running = true;
  let given = false;

  const report = async (machine: number): Promise<void> => {
    const system_id = `machine-${machine}`;
    for (let epoch = Math.floor(Date.now() / 1000); running; epoch += 1) {
      const body = JSON.stringify(exampleReport({ system_id, epoch, interval: 1 }));
      while (!given) {
        const status = await post(url, body);
        if (status === 200) break;
        refusals.set(status, (refusals.get(status) ?? 0) + 1);
        await sleep(pauseMs);
      }
      if (!given) acknowledged.add(`${system_id} ${epoch}`);
    }
  };
  const told = (): string => JSON.stringify([...refusals]);
  const reporting = Promise.all(Array.from({ length: machines }, (_, machine) => report(machine)));

  return {
    acknowledged,
    refusals,
    more: async (count) => {
      const goal = acknowledged.size + count;
      for (let waitedMs = 0; acknowledged.size < goal; waitedMs += 20) {
        if (waitedMs > patienceMs) throw new Error(`no more reports are taken: ${told()}`);
        await sleep(20);
      }
    },
    stop: async () => {
      running = false;
      const late = sleep(patienceMs).then(() => {
        throw new Error(`reports are not taken: ${told()}`);
      });
      await Promise.race([reporting, late]).finally(() => {
        given = true;
      });
    },
  };
}

async function post(url: string, body: string): Promise<number> {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
