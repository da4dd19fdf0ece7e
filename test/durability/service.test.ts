/** What `service install` puts in place, on a disk that forgets whatever was not synced. */
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { makeFolder, writeFileDurably } from '../../src/base/atomic-file.ts';
import { installExecutable, writeDefinition } from '../../src/service/files.ts';
import { type CrashDisk, createCrashDisk } from '../support/crash-disk.ts';

const program = '/usr/local/bin/system-monitor';
const unit = '/etc/systemd/system/system-monitor.service';
const download = '/root/system-monitor';

/** A disk with an older installation, or none, and the newer program beside it. */
function machine(older: boolean): CrashDisk {
  const disk = createCrashDisk();
  const files = older ? [program, unit] : [];
  for (const path of [...files, download]) {
    makeFolder(disk, dirname(path));
    writeFileDurably(disk, path, path === download ? 'the newer program' : 'old');
  }
  disk.takePictures();
  return disk;
}

test.each([
  ['first installation', false],
  ['upgrade', true],
])('after a %s there is the old or the new, whole, and the new once that is said', (_, older) => {
  const acts: readonly (readonly [string, string, (disk: CrashDisk) => void])[] = [
    [program, 'the newer program', (disk) => installExecutable(disk, download, program)],
    [unit, 'the newer unit', (disk) => writeDefinition(disk, unit, 'the newer unit')],
  ];
  for (const [path, newer, act] of acts) {
    const disk = machine(older);
    act(disk);
    const pictures = disk.takePictures();
    for (const [at, picture] of pictures.entries()) {
      const isSaid = at === pictures.length - 1;
      for (const left of picture.remainders(64)) {
        const found = left.open().files().get(path);
        expect(isSaid ? [newer] : [older ? 'old' : undefined, newer]).toContain(found);
      }
    }
  }
});
