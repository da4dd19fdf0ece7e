/** A .deb made of the built executable, or of another program. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeDebianPackage } from '../../build/debian-package.ts';
import { documentsOf } from '../../build/documents.ts';
import { targetOfThisMachine } from '../../build/targets.ts';
import { executable } from './program.ts';

export interface TrialDebOptions {
  /** The package arrives here. */
  readonly outputFolder: string;
  readonly version: string;
  /** What goes in as the program. */
  readonly program?: string;
}

/** As released, but compressed little. Returns the path. */
export async function makeTrialDeb(options: TrialDebOptions): Promise<string> {
  const { outputFolder, version, program = executable } = options;
  const workFolder = join(outputFolder, version);
  mkdirSync(workFolder);
  const sourceEpoch = 1_800_000_000;
  const node = { name: 'node', version: '0', license: 'MIT', licenseText: '', integrity: '' };
  const documents = await documentsOf({ version, sourceEpoch, packages: [], node });
  return await makeDebianPackage({
    ...{ target: targetOfThisMachine(), version, sourceEpoch, compression: 'quick' },
    ...{ ...documents, executable: program, workFolder, outputFolder },
  });
}
