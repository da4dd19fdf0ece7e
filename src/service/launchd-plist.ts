/**
 * The launchd property list, for `service install` and for packages (launchd.plist(5)).
 *
 * The agent runs as root there: macOS has no way to make a system user that a plain plist can rely
 * on, and sharing one of Apple's (`nobody`, `daemon`) would open our files to other services.
 */
import { escapeXml } from './escape-xml.ts';
import { type ServicePaths, serviceArguments } from './service.ts';

export type LaunchdPlistOptions = Pick<
  ServicePaths,
  'executable' | 'configurationFile' | 'stateFolder' | 'logFile'
>;

/** launchd's name of the service; the plist's file is named after it. */
export const launchdLabel = 'local.system-monitor';

/** Octal 077 as launchd wants it, in decimal: what the agent makes is its owner's alone. */
const ownerOnlyUmask = 0o077;

/** The file beside the log that takes what comes before the log. */
export function startLog(logFile: string): string {
  return `${logFile}.start`;
}

export function launchdPlist(options: LaunchdPlistOptions): string {
  const command = [options.executable, ...serviceArguments(options)];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${launchdLabel}</string>
  <key>ProgramArguments</key>
  <array>
${command.map((word) => `    <string>${escapeXml(word)}</string>`).join('\n')}
  </array>
  <!-- At boot, without anybody logging in, and again whenever it ends. -->
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <true/>
  <key>ThrottleInterval</key>
  <integer>10</integer>
  <key>ExitTimeOut</key>
  <integer>15</integer>
  <key>Umask</key>
  <integer>${ownerOnlyUmask}</integer>
  <key>WorkingDirectory</key>
  <string>/</string>
  <!-- "Background" would let macOS put reports off; the agent needs next to nothing anyway. -->
  <key>ProcessType</key>
  <string>Standard</string>
  <key>StandardOutPath</key>
  <string>/dev/null</string>
  <!-- Only what it says before it has read its settings: why a start failed. -->
  <key>StandardErrorPath</key>
  <string>${escapeXml(startLog(options.logFile))}</string>
</dict>
</plist>
`;
}
