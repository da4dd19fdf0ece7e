/** The text of a spec file (rpm-spec(8)): a package of files that are there already. */
import type { Compression } from './archives.ts';
import type { PackagedFiles } from './linux-package.ts';

/** In the order in which rpm runs them; $1 is how many packages of the name there will be then. */
export const scriptlets = ['pre', 'post', 'preun', 'postun'] as const;

export interface SpecOptions {
  /** As package.json has it. */
  readonly version: string;
  readonly compression: Compression;
  readonly files: PackagedFiles;
  /** Folder that holds the files, as they will lie on the machine. */
  readonly root: string;
  readonly scripts: Readonly<Record<(typeof scriptlets)[number], string>>;
}

/** Folder of the licences; the package owns it. */
export const licenseFolder = 'usr/share/licenses/system-monitor';

/**
 * Nothing is compiled, stripped, searched for dependencies or otherwise touched: strip cuts the
 * program off Node, and rpm would find the shared libraries of the machine that it is made on.
 * What Node is linked with is named instead, in the versions that its symbols ask for (readelf -V);
 * test/e2e/executable.test.ts keeps the list. Programs are asked for by their paths, because Fedora
 * and SUSE call their packages differently.
 */
export function rpmSpec({ version, compression, files, root, scripts }: SpecOptions): string {
  const compressor = compression === 'small' ? 'w6.xzdio' : 'w1.gzdio';
  return `%global debug_package %{nil}
%global __strip /bin/true
%global __os_install_post %{nil}
%global __brp_compress %{nil}
%global _build_id_links none
%global _buildhost localhost
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global _binary_payload ${compressor}
%global _binary_filedigest_algorithm 8

Name: system-monitor
Version: ${rpmVersion(version)}
Release: 1
Summary: Report this machine's state as plain JSON to your own server
License: MIT
AutoReqProv: no
Requires: glibc >= 2.28
Requires: libgcc_s.so.1(GCC_3.4)(64bit)
Requires: libstdc++.so.6(GLIBCXX_3.4.21)(64bit)
Requires(pre): /usr/bin/getent
Requires(pre): /usr/sbin/useradd
Requires: systemd
Requires(post): systemd
Requires(preun): systemd
Requires(postun): systemd

%description
Every interval seconds a service collects CPU, memory, processes, disks and
network, and posts them to the server that you name. A report stays on disk
until that server has acknowledged it, so that nothing is lost in an outage, a
crash or a reboot.

At a terminal the same program answers "system-monitor cpu" and its sisters.

%install
cp --archive --link --no-target-directory ${shellWord(root)} %{buildroot}

${scriptlets.map((name) => `%${name}\n${verbatim(scripts[name]).trim()}\n`).join('\n')}
%files
%dir %attr(0755, root, root) /${licenseFolder}
${[...files].map(([path, { mode }]) => fileLine(path, mode)).join('\n')}
`;
}

/** A tilde sorts before the release that it leads to; a hyphen may not be in a version. */
export function rpmVersion(version: string): string {
  return version.replace('-', '~').replaceAll('-', '.');
}

/** A file of root's, with the mode as chmod(1) has it. */
function fileLine(path: string, mode: number): string {
  const license = path.startsWith(`${licenseFolder}/`) ? '%license ' : '';
  return `${license}%attr(${mode.toString(8).padStart(4, '0')}, root, root) /${path}`;
}

/** Without macros, and without what rpm would take for the next section. */
function verbatim(script: string): string {
  return script.replaceAll('%', '%%');
}

function shellWord(path: string): string {
  return verbatim(`'${path.replaceAll("'", `'\\''`)}'`);
}
