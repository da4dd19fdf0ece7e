/**
 * What this program was built from. The build replaces `systemMonitorBuild` by the figures
 * (build/bundle.ts); run from its source, the program says so instead of guessing.
 */
import { readFileSync } from 'node:fs';

export interface BuildInfo {
  /** `1.2.3`, from package.json. */
  readonly version: string;
  /** The commit's first twelve digits, with `-dirty` behind it where files differed; or `source`. */
  readonly commit: string;
  /** The system and architecture that the file was made for, such as `linux-x64`; or `source`. */
  readonly target: string;
}

/**
 * How the executable's compiled code was taken in at this start: `used`; `rejected` by V8, so that
 * it compiles anew and starts slower; or `absent`, because none was made for this target, or
 * because the program runs from its source.
 */
export type CodeCacheState = 'used' | 'rejected' | 'absent';

declare const systemMonitorBuild: BuildInfo | undefined;
/** Set by the executable's loader (build/embedded/loader.ts) before anything of src runs. */
declare const systemMonitorCodeCache: CodeCacheState | undefined;

export function buildInfo(): BuildInfo {
  if (typeof systemMonitorBuild !== 'undefined') return systemMonitorBuild;
  return { version: versionOfSource(), commit: 'source', target: 'source' };
}

export function codeCacheState(): CodeCacheState {
  return typeof systemMonitorCodeCache === 'undefined' ? 'absent' : systemMonitorCodeCache;
}

function versionOfSource(): string {
  const packageJson: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  const version =
    typeof packageJson === 'object' && packageJson !== null && 'version' in packageJson
      ? packageJson.version
      : undefined;
  return typeof version === 'string' ? version : 'unknown';
}
