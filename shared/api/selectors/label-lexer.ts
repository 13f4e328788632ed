/** One piece of a label selector: a symbol, one of the words `in` and `notin`, an identifier, or the end. */
export interface Token {
  type: 'symbol' | 'word' | 'identifier' | 'end' | 'error';
  text: string;
}

const symbols = new Set(['(', ')', ',', '!', '!=', '=', '==', '<', '>']);
const isSymbolCharacter = (character: string) => '=!(),><'.includes(character);
const isBlank = (character: string) => ' \t\r\n'.includes(character);

/** Never fails: what is no symbol becomes an `error` token whose text is the message. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    if (isBlank(character)) {
      position++;
      continue;
    }
    const token = isSymbolCharacter(character) ? symbolAt(text, position) : identifierAt(text, position);
    tokens.push(token);
    position += token.type === 'error' ? text.length : token.text.length;
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

/** All symbols of two characters start with a symbol of one, so two steps are the longest match. */
function symbolAt(text: string, position: number): Token {
  for (const length of [2, 1]) {
    const candidate = text.slice(position, position + length);
    if (symbols.has(candidate)) return { type: 'symbol', text: candidate };
  }
  return { type: 'error', text: `error expected: keyword found '${text.charAt(position)}'` };
}

function identifierAt(text: string, position: number): Token {
  let end = position;
  while (end < text.length && !isSymbolCharacter(text.charAt(end)) && !isBlank(text.charAt(end))) end++;
  const word = text.slice(position, end);
  return { type: word === 'in' || word === 'notin' ? 'word' : 'identifier', text: word };
}
