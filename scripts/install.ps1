<#
.SYNOPSIS
Installs System Monitor on Windows: fetches the setup program for this machine, verifies it against
SHA256SUMS, and runs it without asking anything. Needs an administrator's terminal.

.EXAMPLE
.\install.ps1 -Url https://monitor.example.com -Interval 60

.EXAMPLE
.\install.ps1 -From \\server\share\system-monitor -Url https://monitor.example.com
#>
[CmdletBinding()]
param(
  # Where the downloads are: an address, or a folder.
  [string] $From = $(if ($env:SYSTEM_MONITOR_DOWNLOADS) { $env:SYSTEM_MONITOR_DOWNLOADS } else { '@RELEASE_URL@' }),
  # The server's address. What is not given stays as it is.
  [string] $Url,
  [string] $SystemId,
  [int] $Interval
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# Without this, Windows PowerShell 5.1 spends most of a download on drawing its progress.
$ProgressPreference = 'SilentlyContinue'
# Windows PowerShell on older systems offers TLS 1.0 alone unless told otherwise.
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

$version = '@VERSION@'
if (-not $From -or $From.StartsWith('@')) { throw 'Where are the downloads? Say so with -From ADDRESS.' }

$identity = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
  throw 'Run this in a terminal opened with "Run as administrator".'
}

# PROCESSOR_ARCHITEW6432 is set in a 32-bit PowerShell, whose own variable says x86.
$processor = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
$architecture = switch ($processor) {
  'AMD64' { 'x64' }
  'ARM64' { 'arm64' }
  'x86' { throw 'There is no download for 32-bit Windows. If the processor has 64 bits, a 64-bit Windows on the same machine will do.' }
  default { throw "There is no download for $processor." }
}
if ([Environment]::OSVersion.Version.Major -lt 10) {
  throw 'Windows 10, Windows Server 2016 or newer is needed.'
}
$name = "system-monitor-$version-win-$architecture-setup.exe"

function Get-Download([string] $File, [string] $Target) {
  if ($From -match '^https?://') {
    Invoke-WebRequest -UseBasicParsing -Uri "$($From.TrimEnd('/'))/$File" -OutFile $Target
  } else {
    Copy-Item -LiteralPath (Join-Path $From $File) -Destination $Target
  }
}

$work = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $work | Out-Null
try {
  $sums = Join-Path $work 'SHA256SUMS'
  $setup = Join-Path $work $name
  Get-Download 'SHA256SUMS' $sums
  Get-Download $name $setup

  $line = Get-Content -LiteralPath $sums | Where-Object { $_ -match "^[0-9a-f]{64}  $([regex]::Escape($name))$" }
  if (-not $line) { throw "SHA256SUMS has no entry for $name." }
  $actual = (Get-FileHash -LiteralPath $setup -Algorithm SHA256).Hash
  if ($actual -ne $line.Substring(0, 64)) { throw "$name does not match SHA256SUMS; nothing was installed." }

  # Start-Process puts no quotes around what has blanks.
  if ("$Url$SystemId".Contains('"')) { throw 'A URL or an id with a quotation mark cannot be handed to the setup program.' }
  $arguments = @('/S')
  if ($Url) { $arguments += "`"/URL=$Url`"" }
  if ($SystemId) { $arguments += "`"/SYSTEMID=$SystemId`"" }
  if ($Interval) { $arguments += "/INTERVAL=$Interval" }
  $process = Start-Process -FilePath $setup -ArgumentList $arguments -Wait -PassThru
  if ($process.ExitCode -ne 0) {
    # It has started the new program, and looked at flags and settings, before it touched anything.
    $reason = Get-Content -Raw -LiteralPath (Join-Path $env:windir 'Logs\system-monitor-setup.log') -ErrorAction SilentlyContinue
    throw "The setup program ended with exit status $($process.ExitCode), and what ran before runs on. $reason"
  }
  Write-Output "Installed System Monitor $version."
} finally {
  Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue
}
