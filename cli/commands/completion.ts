import { Argument, Command } from 'commander';

function names(command: Command): string {
  const visible = command.commands.map((child) => child.name());
  const flags = command.options.map((item) => item.long).filter((flag) => flag !== undefined);
  return [...visible, ...flags, '--help'].join(' ');
}

/** All commands of the tree with the words that may follow them. */
function words(command: Command, path: string[] = []): [string, string][] {
  return [
    [path.join(' '), names(command)],
    ...command.commands.flatMap((child) => words(child, [...path, child.name()])),
  ];
}

function bash(program: Command): string {
  const cases = words(program)
    .map(([path, following]) => `    "${path}") words="${following}" ;;`)
    .join('\n');
  return `_fairlead() {
  local path="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || path="\${path:+$path }$word"
  done
  case "$path" in
${cases}
    *) words="--help" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _fairlead fairlead
`;
}

function fish(program: Command): string {
  return words(program)
    .flatMap(([path, following]) => {
      const seen =
        path === ''
          ? '__fish_use_subcommand'
          : path
              .split(' ')
              .map((part) => `__fish_seen_subcommand_from ${part}`)
              .join('; and ');
      return following.split(' ').map((word) => {
        const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
        return `complete -c fairlead -f -n '${seen}' ${what}`;
      });
    })
    .join('\n');
}

export function completionCommand(program: Command): Command {
  const shells: Record<string, (program: Command) => string> = {
    bash,
    zsh: (tree) => `autoload -U +X bashcompinit && bashcompinit\n${bash(tree)}`,
    fish,
  };
  return new Command('completion')
    .description('print a completion script; for example: source <(fairlead completion bash)')
    .addArgument(new Argument('<shell>').choices(Object.keys(shells)))
    .action((shell: string) => {
      process.stdout.write(`${(shells[shell] as (program: Command) => string)(program).trimEnd()}\n`);
    });
}
