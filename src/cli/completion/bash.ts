/** For bash 4 and later (bash(1), "Programmable Completion"). */
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

export function bashCompletion(commands: readonly CompletionCommand[]): string {
  return `# bash completion for system-monitor
_system_monitor() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path= index word
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case $word in
      ${casePattern(optionNames(commands, anyValue))}) ((index++)); continue ;;
      -*) continue ;;
    esac
    case "\${path:+$path }$word" in
      ${casePattern(commandPaths(commands).map(quote))}) path="\${path:+$path }$word" ;;
    esac
  done
  case $previous in
    ${casePattern(optionNames(commands, ['file']))}) _system_monitor_paths -f; return ;;
    ${casePattern(optionNames(commands, ['folder']))}) _system_monitor_paths -d; return ;;
    ${casePattern(optionNames(commands, ['text']))}) return ;;
${[...optionChoices(commands)].map(bashChoice).join('\n')}
  esac
  local words= options= argument=
  case $path in
${commands.map(bashCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ $argument == file ]]; then
    _system_monitor_paths -f
  elif [[ $argument == folder ]]; then
    _system_monitor_paths -d
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
_system_monitor_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}
complete -F _system_monitor system-monitor
`;
}

function bashChoice([name, choices]: readonly [string, readonly CompletionWord[]]): string {
  const list = choices.map(({ word }) => word).join(' ');
  return `    ${name}) COMPREPLY=($(compgen -W ${quote(list)} -- "$current")); return ;;`;
}

function bashCase({ path, words, options, argument }: CompletionCommand): string {
  const names = options.flatMap((option) => option.names).join(' ');
  const list = words.map(({ word }) => word).join(' ');
  return `    ${quote(path)}) words=${quote(list)} options=${quote(names)} argument=${quote(argument ?? '')} ;;`;
}
