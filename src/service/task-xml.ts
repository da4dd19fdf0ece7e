/**
 * The task for Windows' Task Scheduler, for `service install` and for the setup program.
 * Schema: https://learn.microsoft.com/windows/win32/taskschd/task-scheduler-schema
 *
 * It runs as SYSTEM, which may ask any process for its user. LOCAL SERVICE would be the lesser
 * right, but could name the user of hardly any process but its own.
 */
import { escapeXml } from './escape-xml.ts';
import {
  type ServicePaths,
  serviceArguments,
  serviceDescription,
  serviceTitle,
} from './service.ts';

export type TaskXmlOptions = Pick<
  ServicePaths,
  'executable' | 'configurationFile' | 'stateFolder' | 'logFile'
>;

/** The task's name in the scheduler's library. */
export const taskName = serviceTitle;

/** SYSTEM, by its well-known SID: its name is translated on some Windows, the SID is not. */
const systemSid = 'S-1-5-18';

/**
 * Two triggers: one starts the agent at boot, before anybody logs in; the other every minute, which
 * does nothing while it runs (IgnoreNew) and brings it back when it does not. RestartOnFailure alone
 * is not enough: it covers a task that could not be started, not a program that was ended.
 */
export function taskXml(options: TaskXmlOptions): string {
  const args = serviceArguments(options).map(windowsArgument).join(' ');
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>${serviceTitle}</Author>
    <Description>${escapeXml(serviceDescription)}</Description>
  </RegistrationInfo>
  <Triggers>
    <BootTrigger>
      <Enabled>true</Enabled>
    </BootTrigger>
    <TimeTrigger>
      <Repetition>
        <Interval>PT1M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2020-01-01T00:00:00</StartBoundary>
      <Enabled>true</Enabled>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${systemSid}</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
    <DisallowStartOnRemoteAppSession>false</DisallowStartOnRemoteAppSession>
    <UseUnifiedSchedulingEngine>true</UseUnifiedSchedulingEngine>
    <WakeToRun>false</WakeToRun>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>6</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>255</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${escapeXml(`"${options.executable}"`)}</Command>
      <Arguments>${escapeXml(args)}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/** schtasks takes UTF-16 with a byte-order mark and nothing else without complaint. */
export function encodeTaskXml(xml: string): Uint8Array {
  return Buffer.from(`\uFEFF${xml.replaceAll('\n', '\r\n')}`, 'utf16le');
}

/**
 * Quotes one argument as CommandLineToArgvW takes it apart: only backslashes that stand before a
 * quotation mark are special.
 * https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
 */
export function windowsArgument(argument: string): string {
  if (argument !== '' && !/[\s"]/.test(argument)) return argument;
  return `"${argument.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
