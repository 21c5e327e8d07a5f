/**
 * XML Schema patterns into JavaScript's. The two differ: a schema's pattern is anchored, knows `^` and `$` as plain
 * characters, and `.` as all but line ends. A pattern is read into a tree, alternatives of single characters become one
 * class (so that JavaScript's backtracking has one way to go where SAT writes `([A-Z]|[a-z]|Ñ){1,150}`), and it is
 * written back under the `u` flag, where one character is one code point, as in XML.
 */

type Node =
  | { kind: 'set'; negated: boolean; members: string[] }
  | { kind: 'sequence'; parts: Node[] }
  | { kind: 'choice'; parts: Node[] }
  | { kind: 'repeat'; part: Node; min: number; max: number };

/** The source of a JavaScript regular expression (flag `u`) that accepts what the schema's pattern accepts. */
export function convertPattern(pattern: string): string {
  const reader = new PatternReader(pattern);
  const node = reader.choice();
  if (!reader.atEnd) throw new Error(`cannot read the pattern ${pattern} at ${reader.at}`);
  return `^${node.kind === 'choice' ? `(?:${write(node)})` : write(node)}$`;
}

/** Character escapes that stand for a set, as members of a JavaScript class. XML Schema part 2, appendix F. */
const sets: Readonly<Record<string, string>> = { d: '\\p{Nd}', s: ' \\t\\n\\r' };

class PatternReader {
  at = 0;
  constructor(private readonly source: string) {}

  get atEnd(): boolean {
    return this.at === this.source.length;
  }

  choice(): Node {
    const parts = [this.sequence()];
    while (this.take('|')) parts.push(this.sequence());
    return parts.length === 1 ? parts[0]! : mergeSets(parts);
  }

  private sequence(): Node {
    const parts: Node[] = [];
    while (!this.atEnd && !'|)'.includes(this.peek())) {
      const part = this.quantified(this.atom());
      const before = parts.at(-1);
      // SAT writes two spaces as two spaces, which nobody can count; they become ` {2}`.
      if (before !== undefined && spaces(before) > 0 && spaces(part) > 0)
        parts[parts.length - 1] = repeat(space, spaces(before) + spaces(part), spaces(before) + spaces(part));
      else parts.push(part);
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  private atom(): Node {
    const character = this.next();
    if (character === '(') {
      const inner = this.choice();
      this.expect(')');
      return inner;
    }
    if (character === '[') return this.set();
    if (character === '.') return { kind: 'set', negated: true, members: ['\\n', '\\r'] };
    if (character === '\\') return { kind: 'set', negated: false, members: [this.escape()] };
    if ('*+?{}]'.includes(character)) throw new Error(`stray ${character} in ${this.source}`);
    return { kind: 'set', negated: false, members: [literal(character)] };
  }

  private quantified(part: Node): Node {
    if (this.take('?')) return repeat(part, 0, 1);
    if (this.take('*')) return repeat(part, 0, Infinity);
    if (this.take('+')) return repeat(part, 1, Infinity);
    if (!this.take('{')) return part;
    const bounds = /^(\d{1,5})(,(\d{1,5})?)?\}/.exec(this.source.slice(this.at));
    if (bounds === null) throw new Error(`cannot read a count in ${this.source}`);
    this.at += bounds[0].length;
    const min = Number(bounds[1]);
    return repeat(part, min, bounds[2] === undefined ? min : bounds[3] === undefined ? Infinity : Number(bounds[3]));
  }

  private set(): Node {
    const negated = this.take('^');
    const members: string[] = [];
    while (this.peek() !== ']') {
      const from = this.member();
      // A hyphen at either end of a class is itself, elsewhere it makes a range.
      if (this.peek() === '-' && this.source[this.at + 1] !== ']') {
        this.at += 1;
        if (this.peek() === '[') throw new Error(`class subtraction in ${this.source}`);
        members.push(`${from}-${this.member()}`);
      } else members.push(from);
    }
    this.expect(']');
    return { kind: 'set', negated, members };
  }

  private member(): string {
    const character = this.next();
    return character === '\\' ? this.escape() : literal(character);
  }

  private escape(): string {
    const character = this.next();
    if ('nrt'.includes(character)) return `\\${character}`;
    if (character in sets) return sets[character]!;
    if ('\\|.-^?*+{}()[]$'.includes(character)) return literal(character);
    throw new Error(`the escape \\${character} in ${this.source} is not known`);
  }

  private peek(): string {
    const code = this.source.codePointAt(this.at);
    if (code === undefined) throw new Error(`the pattern ${this.source} ends too early`);
    return String.fromCodePoint(code);
  }

  private next(): string {
    const character = this.peek();
    this.at += character.length;
    return character;
  }

  private take(character: string): boolean {
    if (this.atEnd || this.source[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.take(character)) throw new Error(`${character} expected at ${this.at} of ${this.source}`);
  }
}

const space: Node = { kind: 'set', negated: false, members: [' '] };

/** How many spaces a part is; 0 when it is anything else. */
function spaces(part: Node): number {
  if (part.kind === 'set') return !part.negated && part.members.length === 1 && part.members[0] === ' ' ? 1 : 0;
  return part.kind === 'repeat' && part.min === part.max ? spaces(part.part) * part.min : 0;
}

/** Alternatives of single characters become one class; an empty alternative makes it optional. */
function mergeSets(parts: Node[]): Node {
  const merged: string[] = [];
  const others: Node[] = [];
  let optional = false;
  for (const part of parts) {
    if (part.kind === 'set' && !part.negated) merged.push(...part.members);
    else if (part.kind === 'sequence' && part.parts.length === 0) optional = true;
    else others.push(part);
  }
  if (merged.length > 0) others.push({ kind: 'set', negated: false, members: [...new Set(merged)] });
  const node: Node = others.length === 1 ? others[0]! : { kind: 'choice', parts: others };
  return optional ? repeat(node, 0, 1) : node;
}

/** Repetition; one of an optional character is folded into the count, or `(x?){5,10}` could be matched in many ways. */
function repeat(part: Node, min: number, max: number): Node {
  if (part.kind !== 'repeat') return { kind: 'repeat', part, min, max };
  if (part.part.kind === 'set' && part.min === 0 && part.max === 1)
    return { kind: 'repeat', part: part.part, min: 0, max };
  if (max === Infinity || part.max === Infinity) throw new Error('a repetition without end inside a repetition');
  return { kind: 'repeat', part, min, max };
}

function write(node: Node): string {
  if (node.kind === 'choice') return node.parts.map(write).join('|');
  if (node.kind === 'sequence')
    return node.parts.map((part) => (part.kind === 'choice' ? `(?:${write(part)})` : write(part))).join('');
  if (node.kind === 'repeat')
    return `${node.part.kind === 'set' ? write(node.part) : `(?:${write(node.part)})`}${count(node)}`;
  const single = node.members.length === 1 && !node.negated && /^(\\?.|\\p\{\w+\})$/u.test(node.members[0]!);
  // A class of its own escapes more than a single character must.
  return single ? outside(node.members[0]!) : `[${node.negated ? '^' : ''}${node.members.join('')}]`;
}

function count({ min, max }: { min: number; max: number }): string {
  if (min === 0 && max === 1) return '?';
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

/** A character as a member of a class; `/` is escaped for the literal in the table. */
const literal = (character: string) => (/[\\\]^\-/[]/.test(character) ? `\\${character}` : character);

/** A member of a class, written outside of one: other characters are special there. */
const outside = (member: string) =>
  member === '\\-' ? '-' : /^[$.*+?()[\]{}|]$/.test(member) ? `\\${member}` : member;
