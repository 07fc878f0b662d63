/** A Python literal, as far as `.npy` headers use it. A tuple and a list are both arrays. */
export type PythonValue = string | number | boolean | null | PythonValue[] | Map<string, PythonValue>;

/** What is wrong with a literal, and where. */
export class LiteralError extends Error {
  constructor(
    problem: string,
    readonly position: number,
  ) {
    super(`${problem} at character ${position}`);
  }
}

/** Deeper than any structured type goes. */
const DEEPEST = 16;

/**
 * Reads one Python literal: dictionaries with text keys, tuples, lists, text, whole numbers, True, False, None.
 * Nothing is ever evaluated.
 * @throws LiteralError
 */
export function parsePythonLiteral(text: string): PythonValue {
  const reader = new LiteralReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class LiteralReader {
  private position = 0;

  constructor(private readonly text: string) {}

  value(depth: number): PythonValue {
    if (depth > DEEPEST) throw this.error('too deep');
    this.skipSpace();
    const next = this.text[this.position];
    switch (next) {
      case '{':
        return this.dictionary(depth);
      case '(':
        return this.sequence(')', depth);
      case '[':
        return this.sequence(']', depth);
      case "'":
      case '"':
        return this.string(next);
      default:
        return this.word();
    }
  }

  end(): void {
    this.skipSpace();
    if (this.position < this.text.length) throw this.error('unexpected text');
  }

  private dictionary(depth: number): Map<string, PythonValue> {
    const entries = new Map<string, PythonValue>();
    this.position++;
    while (!this.take('}')) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string' || entries.has(key)) {
        throw this.error('a key that is no text, or there twice,');
      }
      this.expect(':');
      entries.set(key, this.value(depth + 1));
      if (!this.take(',')) {
        this.expect('}');
        break;
      }
    }
    return entries;
  }

  private sequence(close: string, depth: number): PythonValue[] {
    const items: PythonValue[] = [];
    this.position++;
    while (!this.take(close)) {
      items.push(this.value(depth + 1));
      if (!this.take(',')) {
        this.expect(close);
        break;
      }
    }
    return items;
  }

  private string(quote: string): string {
    const end = this.text.indexOf(quote, this.position + 1);
    const content = this.text.slice(this.position + 1, end);
    if (end < 0 || content.includes('\\')) throw this.error('text without an end, or with a backslash,');
    this.position = end + 1;
    return content;
  }

  /** A number or a constant. Python 2 wrote an L behind long integers. */
  private word(): PythonValue {
    const match = /^(?:(True|False|None)\b|(-?\d{1,16})L?\b)/.exec(
      this.text.slice(this.position, this.position + 24),
    );
    if (!match) throw this.error('no value');
    this.position += match[0].length;
    if (match[2] !== undefined) return Number(match[2]);
    return match[1] === 'None' ? null : match[1] === 'True';
  }

  private take(character: string): boolean {
    this.skipSpace();
    if (this.text[this.position] !== character) return false;
    this.position++;
    return true;
  }

  private expect(character: string): void {
    if (!this.take(character)) throw this.error(`expected '${character}'`);
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.position] ?? '')) this.position++;
  }

  private error(problem: string): LiteralError {
    return new LiteralError(problem, this.position);
  }
}
