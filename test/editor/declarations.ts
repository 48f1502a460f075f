/** What an editor shows of the package: every exported thing in the emitted declarations, with its text. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A declaration, or a member of one. */
export interface Shown {
  /** As `nn.Linear.weight`, `nn.Linear.constructor`, `LinearOptions.bias`. */
  readonly name: string;
  /** What the editor shows of it, without tags; '' for nothing. */
  readonly text: string;
  /** The file that declares it. */
  readonly file: string;
}

interface Member {
  readonly name: string;
  /** null without a comment, '' for one of tags only. */
  readonly text: string | null;
}

interface Declaration {
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'type' | 'function' | 'const';
  readonly text: string | null;
  readonly members: readonly Member[];
  /** The names of what it extends. */
  readonly bases: readonly string[];
}

interface File {
  readonly path: string;
  readonly declared: ReadonlyMap<string, readonly Declaration[]>;
  /** Exported name to where it comes from: a name in this file, or in another. */
  readonly exported: ReadonlyMap<string, { readonly name: string; readonly from: string | null; readonly namespace: boolean }>;
  /** Local name to the file and name that it was imported from. */
  readonly imported: ReadonlyMap<string, { readonly name: string; readonly from: string }>;
  readonly stars: readonly string[];
}

/** The text of a comment before its first tag; null for one that hides what it stands before. */
function textOf(comment: string | null): string | null | 'internal' {
  if (comment === null) return null;
  const lines = comment
    .replace(/^\s*\/\*\*?|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim());
  const whole = lines.join('\n').trim();
  if (/@internal\b/.test(whole)) return 'internal';
  return whole
    .replace(/\{@link\s+([^}|]*)(\|[^}]*)?\}/g, '$1')
    .split(/(^|\s)@[a-zA-Z]/)[0]!
    .trim();
}

/** Splits the lines of a block into statements, each with the comment before it. Blocks are as tsc prints them: indented by fours. */
function statements(lines: readonly string[], indent: string): { comment: string | null; code: string[] }[] {
  const out: { comment: string | null; code: string[] }[] = [];
  let comment: string[] | null = null;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (!line.startsWith(indent) || line.trim() === '') continue;
    const own = line.slice(indent.length);
    if (own.startsWith('/**')) {
      comment = [own];
      while (!lines[i]!.includes('*/')) comment.push(lines[++i]!);
      continue;
    }
    if (/^\s/.test(own) || own.startsWith('//')) continue;
    const code = [own];
    // A statement goes on while its brackets are open.
    const open = (text: string) => (text.match(/[{([]/g)?.length ?? 0) - (text.match(/[})\]]/g)?.length ?? 0);
    let depth = open(own.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, ''));
    while (depth > 0 && i + 1 < lines.length) {
      code.push(lines[++i]!);
      depth += open(
        lines[i]!.replace(/\/\*\*.*?\*\//g, '')
          .replace(/^\s*(\/\*\*|\*).*$/, '')
          .replace(/'[^']*'|"[^"]*"|`[^`]*`/g, ''),
      );
    }
    out.push({ comment: comment?.join('\n') ?? null, code });
    comment = null;
  }
  return out;
}

function membersOf(code: readonly string[]): Member[] {
  // Type parameters may have braces of their own, before the ones of the body.
  const body = code.findLastIndex((line) => /^\}.*\{$/.test(line));
  return statements(code.slice(Math.max(1, body + 1), -1), '    ').flatMap(({ comment, code: [first] }) => {
    const text = textOf(comment);
    if (text === 'internal' || /^(private|protected|#)/.test(first!)) return [];
    const found = /^(?:static |readonly |abstract |override |declare |accessor |get |set )*(\w+|\[)/.exec(first!)?.[1];
    if (found === undefined || found === '[') return [];
    return [{ name: found, text }];
  });
}

function read(path: string): File {
  const lines = readFileSync(path, 'utf8').split('\n');
  const declared = new Map<string, Declaration[]>();
  const exported = new Map<string, { name: string; from: string | null; namespace: boolean }>();
  const imported = new Map<string, { name: string; from: string }>();
  const stars: string[] = [];
  const resolve = (from: string) => normalize(join(dirname(path), from)).replace(/\.js$/, '.d.ts');
  for (const { comment, code } of statements(lines, '')) {
    const first = code[0]!;
    const whole = code.join(' ');
    const from = /from '([^']+)'/.exec(whole)?.[1];
    if (/^import\b/.test(first)) {
      if (from === undefined || !from.startsWith('.')) continue;
      for (const item of /\{([^}]*)\}/.exec(whole)?.[1]?.split(',') ?? []) {
        const [name, local = name] = item
          .trim()
          .replace(/^type /, '')
          .split(' as ');
        if (name) imported.set(local!, { name, from: resolve(from) });
      }
      const namespace = /\* as (\w+)/.exec(whole)?.[1];
      if (namespace !== undefined) imported.set(namespace, { name: '*', from: resolve(from) });
      continue;
    }
    const star = /^export \*( as (\w+))? from/.exec(whole);
    if (star) {
      if (star[2] === undefined) stars.push(resolve(from!));
      else exported.set(star[2], { name: star[2], from: resolve(from!), namespace: true });
      continue;
    }
    const list = /^export (?:type )?\{([^}]*)\}/.exec(whole);
    if (list) {
      for (const item of list[1]!.split(',')) {
        const [name, as = name] = item
          .trim()
          .replace(/^type /, '')
          .split(' as ');
        if (name) exported.set(as!, { name, from: from === undefined ? null : resolve(from), namespace: false });
      }
      continue;
    }
    const found = /^(export )?(?:declare )?(?:abstract )?(class|interface|type|function|const|let) (\w+)/.exec(first);
    if (!found) continue;
    const [, isExported, kind, name] = found;
    const text = textOf(comment);
    if (isExported) exported.set(name!, { name: name!, from: null, namespace: false });
    const heads = first.replace(/<(?:[^<>]|<[^<>]*>)*>/g, '');
    const bases = [...heads.matchAll(/\b(?:extends|implements) ([\w., ]+)/g)].flatMap(([, names]) =>
      names!.split(',').map((base) => base.trim()),
    );
    const object = kind === 'class' || kind === 'interface' || (kind === 'type' && /= (?:[^{;]*& )?\{$/.test(first));
    const one: Declaration = {
      name: name!,
      kind: (kind === 'let' ? 'const' : kind) as Declaration['kind'],
      text: text === 'internal' ? '@internal' : text,
      members: object ? membersOf(code) : [],
      bases,
    };
    declared.set(name!, [...(declared.get(name!) ?? []), one]);
  }
  return { path, declared, exported, imported, stars };
}

/** Everything that the entry points export, and its members. */
export function shownBy(entries: Readonly<Record<string, string>>, exported = new Set<string>()): Shown[] {
  const files = new Map<string, File>();
  const fileAt = (path: string): File => {
    let file = files.get(path);
    if (!file) {
      file = read(path);
      files.set(path, file);
    }
    return file;
  };
  /** The declarations that a local name of a file stands for. */
  const find = (file: File, name: string): { file: File; declarations: readonly Declaration[] } | { namespace: File } | null => {
    const own = file.declared.get(name);
    if (own) return { file, declarations: own };
    const from = file.imported.get(name);
    if (from?.name === '*') return { namespace: fileAt(from.from) };
    if (from) return lookUp(fileAt(from.from), from.name);
    return null;
  };
  const lookUp = (file: File, name: string): ReturnType<typeof find> => {
    const entry = file.exported.get(name);
    if (entry?.namespace) return { namespace: fileAt(entry.from!) };
    if (entry) return entry.from === null ? find(file, entry.name) : lookUp(fileAt(entry.from), entry.name);
    for (const star of file.stars) {
      const found = lookUp(fileAt(star), name);
      if (found) return found;
    }
    return null;
  };

  /** The text of a member that its class does not give: of the nearest class or interface above that does. */
  const inherited = (file: File, bases: readonly string[], member: string): Member | null => {
    for (const base of bases) {
      const found = find(file, base);
      if (!found || 'namespace' in found) continue;
      for (const one of found.declarations) {
        const own = one.members.filter(({ name }) => name === member);
        const told = own.find(({ text }) => text !== null && (text !== '' || member === 'constructor'));
        if (told) return told;
        if (own.length > 0 && member === 'constructor') return own[0]!;
        const above = inherited(found.file, one.bases, member);
        if (above) return above;
      }
    }
    return null;
  };

  const out: Shown[] = [];
  const done = new Set<Declaration>();
  const seen = new Set<string>();
  const visit = (file: File, prefix: string): void => {
    if (seen.has(file.path)) return;
    seen.add(file.path);
    const names = [...file.exported.keys(), ...file.stars.flatMap((star) => [...fileAt(star).exported.keys()])];
    for (const name of names) {
      const found = lookUp(file, name);
      if (!found) continue;
      if ('namespace' in found) {
        visit(found.namespace, `${prefix}${name}.`);
        continue;
      }
      const { declarations } = found;
      exported.add(`${prefix}${name}`);
      if (declarations.every((one) => done.has(one)) || declarations.some(({ text }) => text === '@internal')) continue;
      for (const one of declarations) done.add(one);
      const path = found.file.path;
      const full = `${prefix}${name}`;
      // A function's first form, a class merged with an interface: one text is shown for all.
      out.push({ name: full, text: declarations.map(({ text }) => text ?? '').find((text) => text !== '') ?? '', file: path });
      for (const one of declarations) {
        const groups = new Map<string, Member[]>();
        for (const member of one.members) groups.set(member.name, [...(groups.get(member.name) ?? []), member]);
        for (const [member, forms] of groups) {
          if (member === 'constructor') continue;
          const text =
            forms.map(({ text: own }) => own ?? '').find((own) => own !== '') ?? inherited(found.file, one.bases, member)?.text ?? '';
          out.push({ name: `${full}.${member}`, text, file: path });
        }
        if (one.kind !== 'class') continue;
        // A constructor without a comment shows the class's; one whose comment has only tags shows nothing.
        const own = groups.get('constructor')?.[0] ?? inherited(found.file, one.bases, 'constructor');
        out.push({
          name: `${full}.constructor`,
          text: own?.text === undefined || own.text === null ? (one.text ?? '') : own.text,
          file: path,
        });
      }
    }
  };
  for (const [prefix, path] of Object.entries(entries)) {
    if (!existsSync(path)) throw new Error(`no declarations at ${path}`);
    visit(fileAt(path), prefix);
  }
  return out;
}
