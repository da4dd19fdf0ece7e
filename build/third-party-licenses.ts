import type { PackageInside } from './packages-inside.ts';

const rule = '-'.repeat(80);

/**
 * THIRD-PARTY-LICENSES.txt: every package inside with its licence's text, Node last because its own
 * text is by far the longest. Nearly all of these licences ask for just that.
 */
export function thirdPartyLicenses(
  packages: readonly PackageInside[],
  node: PackageInside,
): string {
  const parts = [...packages, node].map(({ name, version, license, licenseText }) =>
    [
      rule,
      `${name} ${version} (${license})`,
      rule,
      '',
      licenseText ?? `The package brings no text; its package.json names the licence: ${license}.`,
      '',
    ].join('\n'),
  );
  return [
    'System Monitor is under the MIT License (see LICENSE). It contains the following software.',
    '',
    ...parts,
  ].join('\n');
}
