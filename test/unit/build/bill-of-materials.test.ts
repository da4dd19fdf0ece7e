import { expect, test } from '@jest/globals';
import { billOfMaterials } from '../../../build/bill-of-materials.ts';
import { packageFolders } from '../../../build/packages-inside.ts';
import { thirdPartyLicenses } from '../../../build/third-party-licenses.ts';

const node = {
  ...{ name: 'node', version: '24.21.0', license: 'MIT' },
  ...{ licenseText: 'Node and its parts', integrity: undefined },
};
const scoped = {
  ...{ name: '@scope/one', version: '1.0.0', license: '(MIT OR Apache-2.0)' },
  ...{ licenseText: undefined, integrity: 'sha512-AAEC' },
};
const plain = {
  ...{ name: 'two', version: '2.0.0', license: 'ISC' },
  ...{ licenseText: 'Permission to use', integrity: 'sha512-AwQF' },
};
const options = {
  info: { version: '1.2.3', commit: 'abc', target: 'linux-x64' },
  packages: [scoped, plain],
  node,
  executableSha256: 'ab'.repeat(32),
  sourceEpoch: 1_800_000_000,
};

test('the bill names Node and each package by its purl, with licence and hash', () => {
  const bill = JSON.parse(billOfMaterials(options));
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
  expect(bill.components).toMatchObject([
    { name: 'node', purl: 'pkg:generic/node@24.21.0' },
    {
      purl: 'pkg:npm/%40scope/one@1.0.0',
      licenses: [{ expression: '(MIT OR Apache-2.0)' }],
      hashes: [{ alg: 'SHA-512', content: '000102' }],
    },
    { purl: 'pkg:npm/two@2.0.0', licenses: [{ license: { id: 'ISC' } }] },
  ]);
});

test('the bill belongs to one file: its hash is in it, and its number follows from that', () => {
  const bill = JSON.parse(billOfMaterials(options));
  expect(bill.metadata.component.hashes).toEqual([{ alg: 'SHA-256', content: 'ab'.repeat(32) }]);
  expect(bill.serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  expect(billOfMaterials(options)).toBe(billOfMaterials({ ...options }));
  const other = JSON.parse(billOfMaterials({ ...options, executableSha256: 'cd'.repeat(32) }));
  expect(other.serialNumber).not.toBe(bill.serialNumber);
});

test('a package counts as inside when a byte of it is in an output', () => {
  const input = (bytesInOutput: number) => ({ bytesInOutput });
  const output = { bytes: 0, imports: [], exports: [] };
  const metafile = {
    inputs: {},
    outputs: {
      'a.js': {
        ...output,
        inputs: { 'node_modules/zod/v4/index.js': input(9), 'src/main.ts': input(5) },
      },
      'b.js': {
        ...output,
        inputs: {
          'node_modules/@scope/one/index.js': input(1),
          'node_modules/@scope/one/node_modules/two/index.js': input(1),
          'node_modules/unused/index.js': input(0),
        },
      },
    },
  };
  expect(packageFolders(metafile)).toEqual([
    'node_modules/@scope/one',
    'node_modules/@scope/one/node_modules/two',
    'node_modules/zod',
  ]);
});

test('every licence is there with its text, and a missing text is said', () => {
  const text = thirdPartyLicenses(options.packages, node);
  expect(text).toContain('two 2.0.0 (ISC)');
  expect(text).toContain('Permission to use');
  expect(text).toContain('brings no text; its package.json names the licence: (MIT OR Apache-2.0)');
  expect(text.indexOf('Node and its parts')).toBeGreaterThan(text.indexOf('Permission to use'));
});
