import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { windowsIconFile, withWindowsResources } from '../../../build/windows-resources.ts';

/** A PE of no sections, with a version resource and an icon of somebody else's. */
function foreignProgram(): Buffer {
  const executable = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(executable);
  const info = Resource.VersionInfo.create(1033, {}, [
    { lang: 1033, codepage: 1200, values: { ProductName: 'Node.js', FileVersion: '26.10.0' } },
  ]);
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  return Buffer.from(executable.generate());
}

test("a Windows program carries our name and version in the place of Node's", async () => {
  const program = await withWindowsResources(foreignProgram(), '1.2.3');
  const { entries } = NtExecutableResource.from(NtExecutable.from(program));
  const versions = Resource.VersionInfo.fromEntries(entries);
  expect(versions).toHaveLength(1);
  expect(versions[0]?.getStringValues({ lang: 1033, codepage: 1200 })).toMatchObject({
    FileDescription: 'System Monitor',
    FileVersion: '1.2.3.0',
    OriginalFilename: 'system-monitor.exe',
    ProductName: 'System Monitor',
    ProductVersion: '1.2.3.0',
  });
});

test('its icon is every size of icon.ico', async () => {
  const program = await withWindowsResources(foreignProgram(), '1.2.3');
  const { entries } = NtExecutableResource.from(NtExecutable.from(program));
  const sizes = (await readFile(windowsIconFile)).readUInt16LE(4);
  const groups = Resource.IconGroupEntry.fromEntries(entries);
  expect(groups.map(({ id, icons }) => [id, icons.length])).toEqual([[1, sizes]]);
});
