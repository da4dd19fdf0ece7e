/**
 * What Windows shows of an executable: its icon in the Explorer, and name, version and maker in
 * its properties and in the firewall's and the task manager's lists. Node's own would say
 * "Node.js JavaScript Runtime". Done before the blob goes in, which is a resource too.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { projectRoot } from './bundle.ts';

/** English (United States) in Unicode, as Node's own resources have it. */
const language = 1033;
const unicodeCodePage = 1200;

/** The group that Node's own icon has (node.rc in its source): ours takes its place. */
const iconGroup = 1;
/** RT_VERSION (winuser.h). */
const versionResource = 16;

export const windowsIconFile = join(projectRoot, 'build', 'assets', 'icon.ico');

/** The same program with our icon and version; any signature is dropped, as it would be void. */
export async function withWindowsResources(program: Buffer, version: string): Promise<Buffer> {
  const executable = NtExecutable.from(program, { ignoreCert: true });
  const resources = NtExecutableResource.from(executable);

  const icon = Data.IconFile.from(await readFile(windowsIconFile));
  Resource.IconGroupEntry.replaceIconsForResource(
    resources.entries,
    iconGroup,
    language,
    icon.icons.map((one) => one.data),
  );

  for (const old of Resource.VersionInfo.fromEntries(resources.entries)) {
    resources.removeResourceEntry(versionResource, 1, Number(old.lang));
  }
  const info = Resource.VersionInfo.createEmpty();
  info.lang = language;
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map((part) => Number(part) || 0);
  info.setFileVersion(major, minor, patch, 0, language);
  info.setProductVersion(major, minor, patch, 0, language);
  info.setStringValues(
    { lang: language, codepage: unicodeCodePage },
    {
      CompanyName: 'System Monitor',
      FileDescription: 'System Monitor',
      InternalName: 'system-monitor',
      LegalCopyright: 'MIT License',
      OriginalFilename: 'system-monitor.exe',
      ProductName: 'System Monitor',
    },
  );
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  return Buffer.from(executable.generate());
}
