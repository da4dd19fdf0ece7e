/**
 * Runs on Windows: calls what src/host/win32 calls and prints the memory as Windows left it, one
 * JSON object. scripts/capture-windows.ts makes the fixtures of test/unit/host-win32 of it.
 */
import {
  loadAdapterCalls,
  readAdapterCounters,
  readAdapters,
} from '../../../src/host/win32/adapters.ts';
import { loadMemoryCalls, readMemoryStatus } from '../../../src/host/win32/memory-status.ts';
import { loadOwnerCalls, readProcessOwner } from '../../../src/host/win32/process-owner.ts';
import {
  createSnapshotReader,
  loadSnapshotCalls,
} from '../../../src/host/win32/process-snapshot.ts';
import {
  loadProcessorCalls,
  readProcessorFrequency,
  readProcessorTimes,
} from '../../../src/host/win32/processors.ts';

interface Capture {
  /** Where the memory lay, in decimal. */
  readonly address: string;
  readonly base64: string;
}

const captures: Record<string, Capture> = {};

function keep(name: string, memory: Uint8Array, address = 0n): void {
  captures[name] = { address: String(address), base64: Buffer.from(memory).toString('base64') };
}

async function captureAll(): Promise<void> {
  const memory = await loadMemoryCalls();
  readMemoryStatus({
    GlobalMemoryStatusEx: (status) => {
      const result = memory.GlobalMemoryStatusEx(status);
      keep('memory-status', status);
      return result;
    },
  });

  const processors = await loadProcessorCalls();
  readProcessorTimes({
    ...processors,
    GetSystemTimes: (idle, kernel, user) => {
      const result = processors.GetSystemTimes(idle, kernel, user);
      keep('system-times', Buffer.concat([idle, kernel, user]));
      return result;
    },
  });
  readProcessorFrequency(
    {
      ...processors,
      NtPowerInformation: (level, input, inputLength, output, outputLength) => {
        const result = processors.NtPowerInformation(
          level,
          input,
          inputLength,
          output,
          outputLength,
        );
        keep('processor-power', output);
        return result;
      },
    },
    4,
  );

  const snapshot = await loadSnapshotCalls();
  // SystemProcessorPerformanceInformation: what is told of each group, of this one.
  const performance = Buffer.alloc(64 * 48);
  const performanceLength = Buffer.alloc(4);
  snapshot.NtQuerySystemInformation(8, performance, performance.length, performanceLength);
  keep('processor-performance', performance.subarray(0, performanceLength.readUInt32LE(0)));
  const processes = createSnapshotReader({
    ...snapshot,
    NtQuerySystemInformation: (informationClass, output, outputLength, returnLength) => {
      const result = snapshot.NtQuerySystemInformation(
        informationClass,
        output,
        outputLength,
        returnLength,
      );
      const length = Buffer.from(returnLength).readUInt32LE(0);
      keep('processes', output.subarray(0, length), snapshot.getRawPointer(output));
      return result;
    },
  }).read();

  const owner = await loadOwnerCalls();
  const own = processes.find((one) => one.pid === process.pid);
  if (own === undefined) throw new Error('this very process is missing');
  readProcessOwner(
    {
      ...owner,
      NtQueryInformationToken: (token, informationClass, output, outputLength, returnLength) => {
        const result = owner.NtQueryInformationToken(
          token,
          informationClass,
          output,
          outputLength,
          returnLength,
        );
        keep('token-user', output, owner.getRawPointer(output));
        return result;
      },
    },
    own,
  );

  const adapterCalls = await loadAdapterCalls();
  const recording: typeof adapterCalls = {
    ...adapterCalls,
    GetAdaptersAddresses: (family, flags, reserved, output, outputLength) => {
      const result = adapterCalls.GetAdaptersAddresses(
        family,
        flags,
        reserved,
        output,
        outputLength,
      );
      keep('adapters', output, adapterCalls.getRawPointer(output));
      return result;
    },
    GetIfEntry2: (row) => {
      const result = adapterCalls.GetIfEntry2(row);
      keep('adapter-counters', row);
      return result;
    },
  };
  const withAddress = readAdapters(recording).find((one) => one.addresses.length > 0);
  if (withAddress !== undefined) readAdapterCounters(recording, withAddress.interfaceIndex);
}

void captureAll().then(() => process.stdout.write(JSON.stringify(captures)));
