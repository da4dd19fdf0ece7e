/**
 * What macOS itself printed, as people have published it, against psutil's formulas for it
 * (psutil/_psosx.py, virtual_memory: available = inactive + free, used = active + wired, and free
 * without the speculative pages, which vm_stat has taken out already). Read, and not run there.
 */
import { expect, test } from '@jest/globals';
import { memoryOfVmStat } from '../../../src/collectors/memory/portable.ts';
import { parseDf } from '../../../src/host/portable/df.ts';
import { parseVmStat } from '../../../src/host/portable/vm-stat.ts';

const published = [
  {
    // https://github.com/wazuh/wazuh/issues/22113, spring 2024: Intel, 32 GiB, the time of macOS 14.
    name: 'macOS 14, pages of 4 KiB',
    totalBytes: 34_359_738_368,
    text: `Mach Virtual Memory Statistics: (page size of 4096 bytes)
Pages free:                             6127229.
Pages active:                            485320.
Pages inactive:                          628646.
Pages speculative:                       430715.
Pages throttled:                              0.
Pages wired down:                        715958.
Pages purgeable:                          11820.
"Translation faults":                  11477162.
Pages copy-on-write:                     356264.
Pages stored in compressor:                   0.
Pages occupied by compressor:                 0.
Swapouts:                                     0.
`,
    memory: {
      total: 34_359_738_368,
      available: 29_436_272_640,
      percent_used: 14.3,
      used: 4_920_434_688,
      free: 25_097_129_984,
    },
  },
  {
    // A public report of 29 May 2026, Mac mini with 32 GiB; its df is that of macOS 15 and later.
    name: 'macOS 15, pages of 16 KiB',
    totalBytes: 34_359_738_368,
    text: `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                9048.
Pages active:                            858441.
Pages inactive:                          679475.
Pages speculative:                       295456.
Pages throttled:                              0.
Pages wired down:                        136015.
Pages purgeable:                          39980.
"Translation faults":                 139853079.
Pages stored in compressor:              200877.
Pages occupied by compressor:             83867.
`,
    memory: {
      total: 34_359_738_368,
      available: 16_121_511_936,
      percent_used: 53.1,
      used: 16_293_167_104,
      free: 148_242_432,
    },
  },
  {
    // A public log of 7 September 2026, MacBook Pro M5 Pro with 48 GiB: macOS 26, whose vm_stat is
    // wider and has lines for tagged memory (has_mte in system_cmds, vm_stat.c).
    name: 'macOS 26, with tagged pages',
    totalBytes: 51_539_607_552,
    text: `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                   167743.
Pages active:                                1176672.
Pages inactive:                              1196954.
Pages speculative:                              4951.
Pages throttled:                                   0.
Pages wired down:                             291583.
Pages purgeable:                               14563.
"Translation faults":                    15158843396.
Pages copy-on-write:                       714577916.
Pages occupied by compressor:                 244173.
Swapouts:                                   77484917.
Pages tagged:                                 198076.
Pages tag-storage free:                         3707.
Bytes of compressed tags:                    1935104.
`,
    memory: {
      total: 51_539_607_552,
      available: 22_440_312_832,
      percent_used: 56.5,
      used: 24_055_889_920,
      free: 2_748_301_312,
    },
  },
];

test.each(published)(
  'memory of $name is what psutil makes of it',
  ({ text, totalBytes, memory }) => {
    expect(memoryOfVmStat(parseVmStat(text), totalBytes)).toEqual(memory);
  },
);

test('df of macOS 15 and later tells a mount without inodes by a dash', () => {
  // https://github.com/wazuh/wazuh/issues/37457 has such rows, there by df -h.
  const rows = parseDf(
    'Filesystem     1024-blocks     Used Available Capacity iused ifree %iused  Mounted on\n' +
      '/dev/disk3s5      61865984  8493465  33554432    21%    266000 335544320    0%   /System/Volumes/Data\n' +
      'map auto_home            0        0         0   100%         0         0     -   /System/Volumes/Data/home\n',
  );
  expect(rows.map(({ mountPoint }) => mountPoint)).toEqual([
    '/System/Volumes/Data',
    '/System/Volumes/Data/home',
  ]);
});
