/** The texts that go with a download. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createProgram } from '../src/cli/cli.ts';
import { type CompletionShell, completionScript } from '../src/cli/completion/index.ts';
import { createRuntime } from '../src/main.ts';
import { projectRoot } from './bundle.ts';
import { manualPage } from './manual-page.ts';
import type { PackageInside } from './packages-inside.ts';
import { thirdPartyLicenses } from './third-party-licenses.ts';

export interface ReleaseDocuments {
  readonly license: string;
  readonly thirdPartyLicenses: string;
  readonly installGuide: string;
  readonly manualPage: string;
  /** By shell. */
  readonly completions: Readonly<Record<CompletionShell, string>>;
}

export interface DocumentOptions {
  readonly version: string;
  readonly sourceEpoch: number;
  readonly packages: readonly PackageInside[];
  readonly node: PackageInside;
}

export async function documentsOf(options: DocumentOptions): Promise<ReleaseDocuments> {
  const { packages, node, version, sourceEpoch } = options;
  const program = createProgram({ runtime: createRuntime(), setExitCode: () => {} });
  return {
    license: await readFile(join(projectRoot, 'LICENSE'), 'utf8'),
    thirdPartyLicenses: thirdPartyLicenses(packages, node),
    installGuide: await readFile(join(projectRoot, 'docs/install.md'), 'utf8'),
    manualPage: manualPage({ program, version, sourceEpoch }),
    completions: {
      bash: completionScript(program, 'bash'),
      zsh: completionScript(program, 'zsh'),
      fish: completionScript(program, 'fish'),
      powershell: completionScript(program, 'powershell'),
    },
  };
}
