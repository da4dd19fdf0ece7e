/** For zsh 5 (zshcompsys(1)). It lies as _system-monitor in a folder of $fpath, or is sourced. */
import {
  anyValue,
  type CompletionCommand,
  type CompletionWord,
  casePattern,
  commandPaths,
  optionChoices,
  optionNames,
  quote,
} from './tree.ts';

export function zshCompletion(commands: readonly CompletionCommand[]): string {
  return `#compdef system-monitor
_system-monitor() {
  local where= word kind=
  local -i index
  local -a offered options
  for ((index = 2; index < CURRENT; index++)); do
    word=$words[index]
    case $word in
      (${casePattern(optionNames(commands, anyValue))}) ((index++)); continue ;;
      (-*) continue ;;
    esac
    case "\${where:+$where }$word" in
      (${casePattern(commandPaths(commands).map(quote))}) where="\${where:+$where }$word" ;;
    esac
  done
  case $words[CURRENT-1] in
    (${casePattern(optionNames(commands, ['file']))}) _files; return ;;
    (${casePattern(optionNames(commands, ['folder']))}) _files -/; return ;;
    (${casePattern(optionNames(commands, ['text']))}) return 1 ;;
${[...optionChoices(commands)].map(zshChoice).join('\n')}
  esac
  case $where in
${commands.map(zshCase).join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
  elif [[ $kind == file ]]; then
    _files
  elif [[ $kind == folder ]]; then
    _files -/
  else
    _describe command offered
  fi
}
if [[ $funcstack[1] == _system-monitor ]]; then
  _system-monitor "$@"
elif (( $+functions[compdef] )); then
  compdef _system-monitor system-monitor
fi
`;
}

function zshChoice([name, choices]: readonly [string, readonly CompletionWord[]]): string {
  return `    (${name}) offered=(${choices.map(described).join(' ')}); _describe value offered; return ;;`;
}

function zshCase({ path, words, options, argument }: CompletionCommand): string {
  const offered = words.map(described);
  const flags = options.flatMap(({ names, description }) =>
    names.map((word) => described({ word, description })),
  );
  return `    (${quote(path)})
      kind=${quote(argument ?? '')}
      offered=(${offered.join(' ')})
      options=(${flags.join(' ')}) ;;`;
}

/** A colon ends the word, unless it is escaped. */
function described({ word, description }: CompletionWord): string {
  const name = word.replaceAll(':', '\\:');
  return quote(description === '' ? name : `${name}:${description}`);
}
