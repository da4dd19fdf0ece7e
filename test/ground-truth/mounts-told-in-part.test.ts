/** Real mounts of which the kernel tells nothing, or more than is sent: absent with a reason, or cut. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { asRoot, onPlatform, testWith, withFile } from '../support/requirement.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type { DisksAndRemarks } from './programs/disks-and-remarks.ts';

const run = promisify(execFile);

testWith(
  [
    ...[onPlatform('linux'), asRoot(), withFile('/dev/fuse')],
    ...[withFile('/usr/bin/python3'), withFile('/usr/bin/unshare')],
  ],
  "another user's private mount and one without a name are absent with a reason; long names stay apart",
  async () => {
    const folder = temporaryFolder();
    const programs = join(import.meta.dirname, 'programs');
    const { stdout } = await run('/usr/bin/unshare', [
      ...['--mount', '--propagation', 'private', '--'],
      ...['/usr/bin/python3', join(programs, 'odd-names-of-mounts.py'), folder],
      ...[process.execPath, '--disable-warning=ExperimentalWarning'],
      join(programs, 'disks-and-remarks.ts'),
    ]);
    const { disks, remarks }: DisksAndRemarks = JSON.parse(stdout);
    const points = Object.entries(disks).map(([key, disk]) => [key, disk.mount_point]);
    expect(points).toEqual([
      ['d'.repeat(255), join(folder, 'one')],
      [`${'d'.repeat(253)}~2`, join(folder, 'two')],
    ]);
    expect(remarks.map(({ kind, subject, reason }) => [kind, subject, reason])).toEqual([
      ['disks.hidden', join(folder, 'private'), expect.stringMatching(/closed to other users/)],
      ['disks.hidden', join(folder, '\ufffd'), expect.stringMatching(/no UTF-8/)],
      ['names.cut', 'disks', '2 longer than 255 bytes'],
    ]);
  },
);
