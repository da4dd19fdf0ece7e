/** The software bill of materials of one download, as CycloneDX 1.6 (cyclonedx.org/docs/1.6/json). */
import { createHash } from 'node:crypto';
import type { BuildInfo } from '../src/base/build-info.ts';
import type { PackageInside } from './packages-inside.ts';

export interface BillOfMaterialsOptions {
  readonly info: BuildInfo;
  readonly packages: readonly PackageInside[];
  readonly node: PackageInside;
  /** SHA-256 of the executable, hexadecimal. */
  readonly executableSha256: string;
  /** Seconds since 1970: when the commit was made, so that the same source gives the same bytes. */
  readonly sourceEpoch: number;
}

export function billOfMaterials(options: BillOfMaterialsOptions): string {
  const { info, packages, node, executableSha256, sourceEpoch } = options;
  const self = `pkg:generic/system-monitor@${info.version}?target=${info.target}`;
  const components = [
    { ...component(node, `pkg:generic/node@${node.version}`), type: 'framework' },
    ...packages.map((one) => component(one, npmUrl(one))),
  ];
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(executableSha256)}`,
    version: 1,
    metadata: {
      timestamp: new Date(sourceEpoch * 1000).toISOString(),
      component: {
        'bom-ref': self,
        type: 'application',
        name: 'system-monitor',
        version: info.version,
        purl: self,
        licenses: [{ license: { id: 'MIT' } }],
        hashes: [{ alg: 'SHA-256', content: executableSha256 }],
        properties: [{ name: 'system-monitor:commit', value: info.commit }],
      },
    },
    components,
    dependencies: [{ ref: self, dependsOn: components.map((one) => one['bom-ref']) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function component({ name, version, license, integrity }: PackageInside, purl: string) {
  const isExpression = / (AND|OR|WITH) /.test(license);
  return {
    'bom-ref': purl,
    type: 'library',
    name,
    version,
    purl,
    licenses: [isExpression ? { expression: license } : { license: { id: license } }],
    ...(integrity === undefined ? {} : { hashes: [integrityHash(integrity)] }),
  };
}

/** `sha512-<base64>` as CycloneDX writes it. */
function integrityHash(integrity: string): { readonly alg: string; readonly content: string } {
  const content = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  return { alg: 'SHA-512', content };
}

/** github.com/package-url/purl-spec: the scope is a namespace, its @ percent-encoded. */
function npmUrl({ name, version }: PackageInside): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;
}

/** A UUID (RFC 9562, version 8) that stands for the executable's bytes rather than for this moment. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
