/** What `probe-mount` does when it is called. Each way loads its own: a mount is asked often. */
import { toJson } from '../base/json.ts';
import { silentLogger } from '../base/logger.ts';
import type { Runtime } from '../base/runtime.ts';

/** Throws what reading throws. @param native the part that macOS is asked for directly */
export async function runProbe(
  mountPoint: string | undefined,
  native: string | undefined,
  runtime: Runtime,
): Promise<void> {
  const write = (text: string): Promise<void> => runtime.stdout.write(text);
  if (native !== undefined) {
    const { createCollectorContext } = await import('../collectors/context.ts');
    const { readNatively } = await import('../collectors/darwin-parts.ts');
    const { defaultSettings } = await import('../settings/settings.ts');
    const context = createCollectorContext(runtime, silentLogger, defaultSettings);
    await write(toJson(await readNatively(native, context)));
  } else if (mountPoint === undefined) {
    const { serveDrives } = await import('../host/win32/drive-helper.ts');
    await serveDrives(write);
  } else {
    const { formatBlocks, readFileSystemBlocks } = await import('../host/linux/statfs.ts');
    const blocks = readFileSystemBlocks(Buffer.from(mountPoint).toString('latin1'));
    await write(formatBlocks(blocks));
  }
}
