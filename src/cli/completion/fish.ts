/** For fish 3 (complete(1)). */
import {
  anyValue,
  type CompletionCommand,
  type CompletionOption,
  type CompletionValue,
  commandPaths,
  optionNames,
} from './tree.ts';

export function fishCompletion(commands: readonly CompletionCommand[]): string {
  return `# fish completion for system-monitor
function __system_monitor_path
  set -l words (commandline -opc)
  set -l path
  set -l skip 0
  for word in $words[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    if contains -- $word ${optionNames(commands, anyValue).join(' ')}
      set skip 1
    else if not string match -q -- '-*' $word
      set -l longer (string join ' ' $path $word)
      if contains -- $longer ${commandPaths(commands).map(fishQuote).join(' ')}
        set path $longer
      end
    end
  end
  echo $path
end
function __system_monitor_at
  test (__system_monitor_path) = "$argv[1]"
end
complete -c system-monitor -f
${commands.flatMap(fishLines).join('\n')}
`;
}

function fishLines({ path, words, options, argument }: CompletionCommand): readonly string[] {
  const start = `complete -c system-monitor -n ${fishQuote(`__system_monitor_at ${fishQuote(path)}`)}`;
  return [
    ...words.map(
      ({ word, description }) => `${start} -a ${fishQuote(word)}${fishDescription(description)}`,
    ),
    ...options.map((option) => `${start} ${fishOption(option)}`),
    ...(argument === undefined ? [] : [`${start} ${fishPaths[argument]}`]),
  ];
}

const fishPaths = { file: '-F', folder: "-x -a '(__fish_complete_directories)'" } as const;

function fishOption({ names, description, value }: CompletionOption): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  return `${flags.join(' ')}${fishTakes(value)}${fishDescription(description)}`;
}

function fishTakes(value: CompletionValue | undefined): string {
  switch (value?.kind) {
    case undefined:
      return '';
    case 'file':
      return ' -r -F';
    case 'folder':
      return ` ${fishPaths.folder}`;
    case 'choice':
      return ` -x -a ${fishQuote(value.choices.map(({ word }) => word).join(' '))}`;
    case 'text':
      return ' -x';
  }
}

function fishDescription(description: string): string {
  return description === '' ? '' : ` -d ${fishQuote(description)}`;
}

/** Only the quotation mark and the backslash are special within single quotes. */
function fishQuote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
