/**
 * Expands `$(NAME)` as Kubernetes does in commands, arguments and environment values: a name that is not known stays as
 * it is written, `$$` is a dollar sign.
 */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  return text.replace(/\$(?:(\$)|\(([^)]*)\))/g, (whole, dollar: string | undefined, name: string | undefined) => {
    if (dollar) return '$';
    return lookUp(name ?? '') ?? whole;
  });
}
