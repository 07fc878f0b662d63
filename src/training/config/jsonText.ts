import {
  createScanner,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser/lib/esm/main.js';
import type { ConfigProblem } from './config';

/** Part of a text on one line: line and column from 1 on, in UTF-16 code units as editors count. */
export interface TextRange {
  line: number;
  column: number;
  /** At least 1. */
  length: number;
}

/** More brackets within each other than any configuration has; the parser calls itself for each. */
const MOST_NESTING = 60;

/** Tokens of the scanner, whose enumeration exists for the compiler only. */
const opening = new Set([1, 3]);
const closing = new Set([2, 4]);
const END_OF_FILE = 17;

const syntaxProblems: Record<string, string> = {
  InvalidSymbol: 'this is no JSON: expected a value in quotes, a number, true, false, null, { or [',
  InvalidNumberFormat: 'this is no number',
  PropertyNameExpected: 'expected the name of a property in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon',
  CommaExpected: 'expected a comma',
  CloseBraceExpected: 'expected }',
  CloseBracketExpected: 'expected ]',
  EndOfFileExpected: 'expected nothing more here',
  InvalidCommentToken: 'this comment is not finished',
  UnexpectedEndOfComment: 'this comment is not finished',
  UnexpectedEndOfString: 'this text has no closing quote on its line',
  UnexpectedEndOfNumber: 'this number is not finished',
  InvalidUnicode: 'expected four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'this escape is not known: expected one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u',
  InvalidCharacter:
    'this character has to be written with a backslash: tabs and the like cannot stand in text',
};

/** A JSON text, with comments and trailing commas where anyone wants them. */
export class JsonText {
  /** Undefined where the text is damaged. */
  readonly tree?: Node;
  /** What is wrong with the text as JSON. */
  readonly problems: ConfigProblem[] = [];
  private readonly lineStarts: number[] = [0];

  constructor(private readonly text: string) {
    for (const match of text.matchAll(/\r\n|\r|\n/g)) this.lineStarts.push(match.index + match[0].length);
    const deep = deepBracket(text);
    if (deep !== undefined) {
      this.report(deep, 1, `nested more than ${MOST_NESTING} deep`);
      return;
    }
    const errors: ParseError[] = [];
    const tree = parseTree(text, errors, { allowTrailingComma: true });
    for (const { error, offset, length } of errors) {
      this.report(offset, length, syntaxProblems[printParseErrorCode(error)] ?? 'this is no JSON');
    }
    if (tree) this.reportDoubles(tree, '');
    if (this.problems.length === 0) this.tree = tree;
  }

  /** Where a value stands; where its nearest surroundings do if it is not written out. */
  locate(pointer: string): TextRange {
    const node = this.tree && nearest(this.tree, pointer);
    return node ? this.valueRange(node) : { line: 1, column: 1, length: 1 };
  }

  /** Where the name of a property stands. */
  locateKey(pointer: string): TextRange {
    const node = this.find(pointer);
    const key = node?.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
    return key ? this.range(key.offset, key.length) : this.locate(pointer);
  }

  /** True where a value is written out. */
  has(pointer: string): boolean {
    return this.find(pointer) !== undefined;
  }

  private find(pointer: string): Node | undefined {
    let node = this.tree;
    for (const segment of segmentsOf(pointer)) node = node && childOf(node, segment);
    return node;
  }

  /** Objects and lists are marked at their opening alone. */
  private valueRange(node: Node): TextRange {
    const compound = node.type === 'object' || node.type === 'array';
    return this.range(node.offset, compound ? 1 : node.length);
  }

  private range(offset: number, length: number): TextRange {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.lineStarts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    const start = this.lineStarts[low];
    const next = this.lineStarts[low + 1] ?? this.text.length;
    const line = this.text.slice(start, next).replace(/(?:\r\n|\r|\n)$/, '');
    const column = offset - start + 1;
    return { line: low + 1, column, length: Math.max(1, Math.min(length, line.length - column + 1)) };
  }

  private report(offset: number, length: number, message: string, pointer = ''): void {
    const range = this.range(offset, length);
    this.problems.push({ ...range, message, pointer, severity: 'error', kind: 'syntax' });
  }

  /** A property that stands twice in an object: the parser would take the last one without a word. */
  private reportDoubles(node: Node, pointer: string): void {
    const seen = new Set<string>();
    node.children?.forEach((child, index) => {
      if (child.type !== 'property') {
        this.reportDoubles(child, `${pointer}/${index}`);
        return;
      }
      const [key, value] = child.children ?? [];
      const name = String(key.value);
      const own = `${pointer}/${escapeSegment(name)}`;
      if (seen.has(name)) this.report(key.offset, key.length, `\`${name}\` stands here twice`, own);
      seen.add(name);
      if (value) this.reportDoubles(value, own);
    });
  }
}

/**
 * Where the value of a JSON pointer stands in a text; where its nearest surroundings do if it is not written out, and the
 * beginning where the text is damaged.
 */
export function locate(text: string, pointer: string): TextRange {
  return new JsonText(withoutMark(text)).locate(pointer);
}

/** The text without a byte order mark, as editors count columns. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** A name as part of a JSON pointer (RFC 6901). */
export function escapeSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The parts of a JSON pointer. */
export function segmentsOf(pointer: string): string[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function childOf(node: Node, segment: string): Node | undefined {
  if (node.type === 'array') return /^\d+$/.test(segment) ? node.children?.[Number(segment)] : undefined;
  if (node.type !== 'object') return undefined;
  return node.children?.find(({ children }) => children?.[0].value === segment)?.children?.[1];
}

function nearest(tree: Node, pointer: string): Node {
  let node = tree;
  for (const segment of segmentsOf(pointer)) {
    const child = childOf(node, segment);
    if (!child) break;
    node = child;
  }
  return node;
}

/** Offset of the first bracket that is too deep. */
function deepBracket(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token: number = scanner.scan(); token !== END_OF_FILE; token = scanner.scan()) {
    if (opening.has(token)) depth++;
    if (closing.has(token)) depth--;
    if (depth > MOST_NESTING) return scanner.getTokenOffset();
  }
  return undefined;
}
