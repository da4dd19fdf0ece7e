/** The settings' text on disk, as `conf` writes it: the one place that knows that package. */
import { basename, dirname, extname } from 'node:path';
import { type Disk, ownerOnlyFileMode } from '../base/disk.ts';

/**
 * Writes settings to `path`, where nothing is yet and whose folder is there; nobody reads it before
 * it is put in the place of the file in force. Throws the system's own error.
 */
export type StageSettings = (
  disk: Disk,
  path: string,
  values: Readonly<Record<string, unknown>>,
) => Promise<void>;

/** Loads `conf`, which only writing needs. */
export const stageWithConf: StageSettings = async (disk, path, values) => {
  const { default: Conf } = await import('conf');
  const extension = extname(path).slice(1);
  disk.act(path, () => {
    const file = new Conf({
      cwd: dirname(path),
      configName: extension === '' ? basename(path) : basename(path, `.${extension}`),
      fileExtension: extension,
      configFileMode: ownerOnlyFileMode,
      accessPropertiesByDotNotation: false,
    });
    file.store = { ...values };
  });
};
