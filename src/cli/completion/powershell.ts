/**
 * For PowerShell 5.1 and 7.
 * https://learn.microsoft.com/powershell/module/microsoft.powershell.core/register-argumentcompleter
 */
import {
  anyValue,
  type CompletionCommand,
  type CompletionWord,
  optionChoices,
  optionNames,
} from './tree.ts';

export function powershellCompletion(commands: readonly CompletionCommand[]): string {
  return `# PowerShell completion for system-monitor
Register-ArgumentCompleter -Native -CommandName 'system-monitor', 'system-monitor.exe' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $offered = @{
${commands.map(powershellEntry).join('\n')}
  }
  $choices = @{
${[...optionChoices(commands)].map(powershellChoice).join('\n')}
  }
  $withValue = @(${optionNames(commands, anyValue).map(psQuote).join(', ')})
  $path = ''
  $skip = $false
  $previous = ''
  foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
    # The word under the cursor is not a step of the way to it.
    if ($element.Extent.EndOffset -ge $cursorPosition) { break }
    $word = $element.Extent.Text
    $previous = $word
    if ($skip) { $skip = $false; continue }
    if ($withValue -ccontains $word) { $skip = $true; continue }
    $longer = "$path $word".Trim()
    if ($offered.ContainsKey($longer)) { $path = $longer }
  }
  if ($choices.ContainsKey($previous)) {
    $choices[$previous] | Where-Object { $_ -clike "$wordToComplete*" }
    return
  }
  # After another option with a value, PowerShell's own completion of paths takes over.
  if ($withValue -ccontains $previous) { return }
  $offered[$path] | Where-Object { $_[0] -clike "$wordToComplete*" } | ForEach-Object {
    $kind = if ($_[0].StartsWith('-')) { 'ParameterName' } else { 'ParameterValue' }
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], $kind, $_[1])
  }
}
`;
}

function powershellChoice([name, choices]: readonly [string, readonly CompletionWord[]]): string {
  return `    ${psQuote(name)} = @(${choices.map(({ word }) => psQuote(word)).join(', ')})`;
}

function powershellEntry({ path, words, options }: CompletionCommand): string {
  const pairs = [
    ...words.map(({ word, description }) => [word, description] as const),
    ...options.flatMap(({ names, description }) =>
      names.map((name) => [name, description] as const),
    ),
  ];
  const rows = pairs.map(
    // An empty tool tip is an error.
    ([word, description]) => `      @(${psQuote(word)}, ${psQuote(description || word)})`,
  );
  return `    ${psQuote(path)} = @(\n${rows.join(',\n')}\n    )`;
}

/** Within single quotes, only they themselves are special; PowerShell takes typographic ones for them. */
function psQuote(text: string): string {
  return `'${text.replaceAll(/['‘’‚‛]/g, '$&$&')}'`;
}
