/**
 * The API's pages, docs/api/, of the doc comments of everything that Hone exports: TypeDoc reads them, and this writes a page for each family, named as
 * the folders of src/ are. Made anew where the source has changed.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, ReflectionKind as Kind } from 'typedoc';
import { signaturesOf, typeText } from './.vitepress/api/signatures.mjs';

const docs = fileURLToPath(new URL('.', import.meta.url));
const root = join(docs, '..');
const source = join(root, 'src');
const out = join(docs, 'api');
const sidebarFile = join(out, 'sidebar.json');

/** What a reader imports from, and what the namespaces in it are called. The order is that of the side bar. */
const ENTRIES = {
  index: ['hone', 'Tensors, operations, layers, optimizers.'],
  data: ['hone/data', 'Data sets, loaders, tables, splits, scalers.'],
  train: ['hone/train', 'fit, evaluate, callbacks, metrics, checkpoints.'],
  vision: ['hone/vision', 'Images: data sets, transforms, models.'],
  report: ['hone/report', 'Charts, grids of pictures, summaries, pages.'],
  study: ['hone/study', 'Which technique helped: studies and verdicts.'],
  tensorboard: ['hone/tensorboard', 'SummaryWriter, and the reader of its files.'],
  formats: ['hone/formats', 'Files: what holds for one format alone.'],
};

/** Newer than every source file, and than what makes the pages? */
function upToDate() {
  if (!existsSync(sidebarFile)) return false;
  const made = statSync(sidebarFile).mtimeMs;
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const own = ['api.mjs', '.vitepress/api/signatures.mjs'].map((file) => join(docs, file));
  return [...files.map((file) => join(source, file)), ...own].every((file) => statSync(file).mtimeMs < made);
}
if (upToDate()) process.exit(0);

const app = await Application.bootstrap({
  entryPoints: Object.keys(ENTRIES).map((name) => join(source, name === 'index' ? 'index.ts' : `${name}/index.ts`)),
  tsconfig: join(root, 'tsconfig.json'),
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  // `@throws {ShapeError} for …` keeps its class.
  preservedTypeAnnotationTags: ['@throws'],
  disableGit: true,
  sourceLinkTemplate: '{path}',
  skipErrorChecking: true,
  logLevel: 'Error',
});
const entryPoints = app.getEntryPoints();
if (!entryPoints) throw new Error('the entries cannot be found');
const project = app.converter.convert(entryPoints);
const { signatureText, parametersOf, isSpread, aliasText, aliasMembers, aliasesIn } = signaturesOf(entryPoints[0].program);

// Where each thing stands.

/** The family of a declaration: the folder in src/ of its file, below its floor. */
function familyOf(reflection) {
  const file = reflection.sources?.[0]?.fullFileName ?? '';
  const [floor, ...below] = relative(source, file).split(/[\\/]/);
  const folders = below.slice(0, -1);
  // Transforms are as many as all layers together.
  if (folders[0] === 'transforms' && folders[1] !== undefined) folders.shift();
  const folder = folders[0] ?? (below.at(-1) ?? floor).replace(/\.ts$/, '');
  return { floor: floor.replace(/\.ts$/, ''), folder: folder === 'index' ? 'indexing' : folder };
}

const title = (folder) =>
  ({
    'lr-scheduler': 'Learning rate schedules',
    lbfgs: 'LBFGS',
    sgd: 'SGD and its kin',
    adam: 'Adam and its kin',
    adagrad: 'Adagrad and its kin',
    io: 'Image files',
    errors: 'Errors',
    'tv-tensors': 'Boxes, masks and points',
  })[folder] ?? folder.replace(/-/g, ' ').replace(/^./, (c) => c.toUpperCase());

/** Pages by their address: what is on them, as [the name by which a reader reaches it, its reflection]. */
const pages = new Map();
/** Of each reflection the page it is on. */
const places = new Map();
const aliases = [];

function walk(parent, entry, prefix) {
  for (const child of parent.children ?? []) {
    const name = `${prefix}${child.name}`;
    if (child.kind === Kind.Reference) aliases.push([name, child, entry]);
    else if (child.kind === Kind.Namespace) walk(child, entry, `${name}.`);
    else {
      const { floor, folder } = familyOf(child);
      const spaces = prefix.split('.').filter(Boolean);
      const below = spaces.length > 0 && spaces[0] !== folder ? `${spaces.join('/').toLowerCase()}/` : '';
      const own =
        entry === 'index'
          ? below === ''
            ? floor === 'ops' || floor === 'nn' || floor === 'optim'
              ? `${floor}/${folder}`
              : floor
            : `${below}${folder}`
          : `${entry}/${below}${folder}`;
      const address = own.replaceAll(/[^\w/-]/g, '');
      if (!pages.has(address))
        pages.set(address, {
          entry,
          spaces,
          title: title(floor === 'ops' || entry !== 'index' || spaces.length > 0 ? folder : floor),
          items: [],
        });
      pages.get(address).items.push([name, child]);
      places.set(child, { address, anchor: '' });
    }
  }
}
const anchorOf = (name) =>
  name
    .toLowerCase()
    .replaceAll(/[^\w]+/g, '-')
    .replace(/^-|-$/g, '');

for (const entry of Object.keys(ENTRIES)) {
  const module = project.children.find(({ name }) => name === entry) ?? project.children.find(({ name }) => name === `${entry}/index`);
  if (!module) throw new Error(`TypeDoc has no module ${entry}: ${project.children.map(({ name }) => name).join(', ')}`);
  walk(module, entry, '');
}
// What has types alone stands on one page for all of them.
for (const [address, page] of [...pages]) {
  if (page.items.some(([, { kind }]) => [Kind.Class, Kind.Function, Kind.Variable].includes(kind))) continue;
  pages.delete(address);
  const types = `${address.includes('/') ? dirname(address) : address}/types`;
  if (!pages.has(types)) pages.set(types, { ...page, title: 'Types', items: [] });
  pages.get(types).items.push(...page.items);
  for (const [, reflection] of page.items) places.get(reflection).address = types;
}
for (const { items } of pages.values()) {
  // `lenetOptions` and `LeNetOptions` are two.
  const taken = new Map();
  for (const [name, reflection] of items) {
    const anchor = anchorOf(name);
    taken.set(anchor, (taken.get(anchor) ?? 0) + 1);
    places.get(reflection).anchor = taken.get(anchor) === 1 ? anchor : `${anchor}-${taken.get(anchor)}`;
  }
}
/** What a name within a text stands for: functions, classes and types by the last part of theirs. Those of `hone` itself come first. */
const named = new Map();
for (const { items } of pages.values())
  for (const [name, reflection] of items) {
    const last = name.split('.').at(-1);
    if (!named.has(last) || name === last) named.set(last, reflection);
  }
/** What readers can import for a type that has no name outside, as `Conv2dLayerOptions` for `ConvLayerOptions<Pair>`: its names by its text. */
const outside = new Map();
for (const { items } of pages.values())
  for (const [name, reflection] of items) {
    const [, text] = (reflection.kind === Kind.TypeAlias && /^type \w+ = (\w+(?:<[\w\s,]+>)?)$/.exec(aliasText(reflection) ?? '')) || [];
    if (text !== undefined && !named.has(text.replace(/<.*/, '')))
      outside.set(text, [...(outside.get(text) ?? []), name.split('.').at(-1)]);
  }
/** A signature's text with the names that readers can import; of several the one that is called after what is described. */
function withOutside(text, name) {
  let out = text;
  for (const [inside, names] of outside) {
    const best = names.find((other) => other.toLowerCase().startsWith(name.split('.').at(-1).toLowerCase())) ?? names[0];
    out = out.replaceAll(new RegExp(`\\b${inside.replaceAll(/[<>]/g, '\\$&')}(?![\\w<])`, 'g'), best);
  }
  return out;
}
/** The other names of a thing. */
const otherNames = new Map();
for (const [name, reference, entry] of aliases) {
  const target = reference.tryGetTargetReflectionDeep();
  if (!target) continue;
  if (!otherNames.has(target)) otherNames.set(target, []);
  const from = ENTRIES[entry][0];
  otherNames.get(target).push(from === 'hone' ? name : `${name} of ${from}`);
}

// Text.

/** Prose for a page: what Vue or HTML would take for its own is escaped. */
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;');

let current = '';
function linkTo(reflection, text) {
  let at = reflection;
  while (at && !places.has(at)) at = at.parent;
  const place = at && places.get(at);
  if (!place) return `\`${text}\``;
  const path = place.address === current ? '' : relative(dirname(`/${current}`), `/${place.address}.md`).replace(/^(?!\.)/, './');
  return `[\`${text}\`](${path}#${place.anchor})`;
}

function prose(parts) {
  return (parts ?? [])
    .map((part) => {
      if (part.kind === 'code') return part.text;
      if (part.kind === 'inline-tag') {
        const text = part.text || (typeof part.target === 'object' ? part.target.name : '');
        return typeof part.target === 'string'
          ? `[${text}](${part.target})`
          : part.target?.parent
            ? linkTo(part.target, text)
            : `\`${text}\``;
      }
      // Lists and code inside of comments are Markdown; inline code that TypeDoc left in a text keeps its characters.
      return part.text
        .split(/(`[^`]*`)/)
        .map((piece) => (piece.startsWith('`') ? piece : escape(piece)))
        .join('');
    })
    .join('')
    .trim();
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
const code = (text) => `\`${cell(text)}\``;
const fence = (text) => `\`\`\`typescript\n${text}\n\`\`\``;

/** What a comment says besides its summary. */
function tagsOf(comment) {
  const lines = [];
  const of = (tag) => (comment?.blockTags ?? []).filter((block) => block.tag === tag);
  for (const block of of('@returns')) lines.push(`**Returns** ${prose(block.content)}`);
  const thrown = of('@throws').map(({ typeAnnotation, content }) => {
    const classes = typeAnnotation
      ?.replaceAll(/^\{|\}$/g, '')
      .replaceAll(/\w+/g, (word) => (named.has(word) ? linkTo(named.get(word), word) : word));
    return [classes?.replaceAll(' | ', ' or '), prose(content)].filter(Boolean).join(' ');
  });
  if (thrown.length === 1) lines.push(`**Throws** ${thrown[0]}`);
  else if (thrown.length > 1) lines.push(`**Throws**\n\n${thrown.map((text) => `- ${text.replaceAll('\n', '\n  ')}`).join('\n')}`);
  for (const block of of('@example')) {
    const text = block.content
      .map((part) => part.text)
      .join('')
      .trim();
    lines.push(text.startsWith('```') ? text.replace(/^```\w*/, '```typescript') : fence(text));
  }
  for (const block of of('@see'))
    lines.push(
      `**See** ${prose(block.content).replaceAll(/(?<![(<])https?:\/\/[^\s,;)]+/g, (url) => `[${url.replace(/^https?:\/\//, '')}](${url})`)}`,
    );
  return lines;
}

/** A table of what has a name, a type and a comment. */
function table(heading, rows) {
  if (rows.length === 0) return [];
  return [
    `| ${heading} | type | |\n| --- | --- | --- |\n${rows.map(([name, type, text]) => `| \`${name}\` | ${type ? code(type) : ''} | ${cell(text)} |`).join('\n')}`,
  ];
}

/** What is inherited stands with its base; what comes of a base that has no page, with each interface. */
const inherited = ({ inheritedFrom, parent }) => inheritedFrom && (parent.kind !== Kind.Interface || inheritedFrom.reflection);
const shown = (child) => !inherited(child) && !child.name.startsWith('[') && !child.name.startsWith('#') && !child.flags.isPrivate;

/** A property that is a function: what stands in a table of a class's methods, as `Tensor` has hundreds. */
const isFunction = ({ kind, name, type, flags }) =>
  kind === Kind.Property &&
  !flags.isOptional &&
  (type?.declaration?.signatures !== undefined || (type?.name === 'never' && named.get(name.replace(/_$/, ''))?.kind === Kind.Function));

function propertiesOf(reflection) {
  return (reflection.children ?? [])
    .filter((child) => shown(child) && [Kind.Property, Kind.Accessor].includes(child.kind) && !child.flags.isStatic && !isFunction(child))
    .map((child) => {
      const type = child.type ?? child.getSignature?.type;
      const comment = child.comment ?? child.getSignature?.comment;
      return [`${child.name}${child.flags.isOptional ? '?' : ''}`, typeText(type), prose(comment?.summary)];
    });
}

/** Methods that are functions of a module, too: `x.amax(1)` is `amax(x, 1)`. Those lead there. */
function methodTable(reflection) {
  const methods = (reflection.children ?? []).filter((child) => shown(child) && isFunction(child));
  if (methods.length === 0) return [];
  const rows = methods.map((child) => {
    const twin = named.get(child.name) ?? named.get(child.name.replace(/_$/, ''));
    const own = child.type.declaration?.signatures[0];
    const args =
      twin?.kind === Kind.Function
        ? parametersOf(twin.signatures.at(-1)).slice(1)
        : parametersOf(own).filter((arg) => !arg.startsWith('...'));
    const call = `${child.name}(${args.map((arg) => arg.replace(/:[\s\S]*/, '')).join(', ')})`;
    return `| ${twin?.kind === Kind.Function ? linkTo(twin, call) : code(call)} | ${cell(prose(child.comment?.summary))} |`;
  });
  return [`| method | |\n| --- | --- |\n${rows.join('\n')}`];
}

/** What is said of the parameters of a signature. */
function parameterList(signature) {
  const said = (signature?.parameters ?? []).flatMap(({ name, comment }, i) => {
    if (!comment) return [];
    const text = prose(comment.summary).replaceAll('\n', '\n  ');
    return [isSpread(signature, i) ? `- ${text}` : `- \`${name}\`: ${text}`];
  });
  return said.length > 0 ? [said.join('\n')] : [];
}

/** Leads to the types that signatures name, and says what those stand for that have no place of their own. */
function typesOf(text, signatures) {
  const aliases = new Map(signatures.flatMap((signature) => [...aliasesIn(signature)]));
  const words = [...new Set(text.match(/\b[A-Z]\w+/g))];
  // What short ones stand for is said in full.
  const whole = (type) =>
    type.replaceAll(/\b([A-Z]\w+)(\[\])?/g, (all, word, list = '') =>
      !aliases.has(word) || named.has(word) ? all : list ? `(${aliases.get(word).text})[]` : aliases.get(word).text,
    );
  const short = words
    .filter((word) => aliases.has(word) && !named.has(word) && !(word in globalThis))
    .map((word) => [`${word}${aliases.get(word).parameters}`, whole(aliases.get(word).text)])
    // Types that compute with types tell readers nothing.
    .filter(([, type]) => type.length < 120 && !/\b(in|infer|extends) |<O\b/.test(type));
  const said = short.map(([word, type]) => `\`${word}\` is \`${type}\`.`).join(' ');
  const found = words.filter((word) => [Kind.Interface, Kind.TypeAlias].includes(named.get(word)?.kind));
  const links = found.length > 0 ? `Types: ${found.map((word) => linkTo(named.get(word), word)).join(', ')}.` : '';
  return links || said ? [[links, said].filter(Boolean).join(' ')] : [];
}

/** What a comment says; nothing where it is that of the method which it takes the place of. */
function ownComment({ comment, overwrites }) {
  const above = overwrites?.reflection?.signatures?.[0]?.comment ?? overwrites?.reflection?.comment;
  return above && comment && prose(above.summary) === prose(comment.summary) ? undefined : comment;
}

function functionText(signatures, name) {
  const documented = signatures.find(({ comment }) => comment) ?? signatures[0];
  const comment = ownComment(documented);
  const text = withOutside(signatures.map((signature) => signatureText(signature, name)).join('\n'), name);
  return [fence(text), prose(comment?.summary), ...parameterList(documented), ...typesOf(text, signatures), ...tagsOf(comment)];
}

function itemText(name, reflection) {
  const { anchor } = places.get(reflection);
  const lines = [`## ${name.replaceAll('_', '\\_')} {#${anchor}}`];
  const others = otherNames.get(reflection)?.filter((other) => other !== name);
  const also = others?.length
    ? [
        `Also ${[...new Set(others)]
          .slice(0, 4)
          .map(
            (other) =>
              `\`${other.replace(/ of (hone\/\w+)$/, '')}\`${/ of (hone\/\w+)$/.test(other) ? ` of \`${/ of (hone\/\w+)$/.exec(other)[1]}\`` : ''}`,
          )
          .join(', ')}.`,
      ]
    : [];
  if (reflection.kind === Kind.Function) lines.push(...functionText(reflection.signatures, name), ...also);
  else if (reflection.kind === Kind.Class) {
    const made = reflection.children?.find(({ kind }) => kind === Kind.Constructor)?.signatures ?? [];
    const base = reflection.extendedTypes?.[0];
    const [own, constructor] = [reflection.comment, made[0]?.comment];
    const text = withOutside(made.map((signature) => signatureText(signature, name, { isNew: true })).join('\n'), name);
    if (made.length > 0) lines.push(fence(text));
    lines.push(prose((own ?? constructor)?.summary), ...also);
    // A base that cannot be imported says nothing to readers.
    if (base?.reflection && places.has(base.reflection)) lines.push(`Extends ${linkTo(base.reflection, typeText(base))}.`);
    lines.push(...parameterList(made[0]), ...typesOf(text, made), ...tagsOf(own ?? constructor));
    lines.push(
      ...table(
        'property',
        propertiesOf(reflection).filter(([, , text]) => text !== ''),
      ),
      ...methodTable(reflection),
    );
    for (const method of (reflection.children ?? []).filter((child) => child.kind === Kind.Method && shown(child))) {
      if (!method.signatures?.some(({ comment }) => comment?.summary.length)) continue;
      const at = `${anchor}-${method.name}`;
      lines.push(
        `### ${name.split('.').at(-1)}.${method.name.replaceAll('_', '\\_')} {#${at}}`,
        ...functionText(method.signatures, method.name),
      );
    }
  } else if (reflection.kind === Kind.Interface) {
    lines.push(prose(reflection.comment?.summary), ...tagsOf(reflection.comment), ...table('property', propertiesOf(reflection)));
    const bases = (reflection.extendedTypes ?? []).filter((type) => type.reflection && places.has(type.reflection));
    if (bases.length > 0) lines.push(`With everything of ${bases.map((type) => linkTo(type.reflection, typeText(type))).join(', ')}.`);
    for (const method of (reflection.children ?? []).filter((child) => child.kind === Kind.Method && shown(child)))
      lines.push(...functionText(method.signatures, method.name));
  } else if (reflection.kind === Kind.TypeAlias) {
    const text = aliasText(reflection);
    lines.push(
      ...(text !== undefined && text.length < 600 ? [fence(text)] : []),
      prose(reflection.comment?.summary),
      ...tagsOf(reflection.comment),
    );
    if (reflection.type?.type === 'reflection') lines.push(...table('property', propertiesOf(reflection.type.declaration)));
    else lines.push(...table('property', aliasMembers(reflection)));
  } else
    lines.push(
      ...(reflection.type ? [fence(`const ${name.split('.').at(-1)}: ${typeText(reflection.type)}`)] : []),
      prose(reflection.comment?.summary),
      ...also,
      ...tagsOf(reflection.comment),
    );
  return lines.filter((line) => line !== '').join('\n\n');
}

// Pages.

const rank = { [Kind.Class]: 0, [Kind.Function]: 0, [Kind.Variable]: 0 };
rmSync(out, { recursive: true, force: true });
for (const [address, page] of pages) {
  current = address;
  const items = page.items.toSorted(([a, x], [b, y]) => (rank[x.kind] ?? 1) - (rank[y.kind] ?? 1) || a.localeCompare(b, 'en'));
  page.items = items;
  const from = ENTRIES[page.entry][0];
  // What the page is named after is what one looks for.
  const wanted = items.filter(([, { kind }]) => rank[kind] === 0 && kind !== Kind.Variable).map(([name]) => name);
  const namesake = (name) => Number(name.toLowerCase() !== page.title.toLowerCase());
  const imports =
    page.spaces.length > 0
      ? [page.spaces[0]]
      : (wanted.length > 0 ? wanted : [items[0][0]]).toSorted((a, b) => namesake(a) - namesake(b)).slice(0, 3);
  const isType = wanted.length === 0 && page.spaces.length === 0 ? 'type ' : '';
  const space = page.spaces.join('.');
  const head =
    space === '' ? page.title : space.toLowerCase().split('.').includes(page.title.toLowerCase()) ? space : `${space}: ${page.title}`;
  const text = [
    '---\noutline: [2, 2]\neditLink: false\n---',
    // An address of its own, since it may read as a name on the page does.
    `# ${head} {#page}`,
    fence(`import ${isType}{ ${imports.join(', ')} } from '${from}';`),
    ...items.map(([name, reflection]) => itemText(name, reflection)),
  ].join('\n\n');
  const file = join(out, `${address}.md`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
  page.head = head;
}

const groups = Object.entries(ENTRIES).map(([entry, [from, about]]) => {
  const own = [...pages]
    .filter(([, page]) => page.entry === entry)
    .toSorted(([, a], [, b]) => a.spaces.join('.').localeCompare(b.spaces.join('.')) || a.title.localeCompare(b.title));
  return { from, about, own };
});
const index = [
  '---\noutline: [2, 2]\neditLink: false\n---',
  '# API',
  'Everything that Hone exports, by where it is imported from, made of the doc comments in the code: what an editor shows, too. PyTorch’s names are in [a table of their own](../coverage.md).',
  ...groups.flatMap(({ from, about, own }) => [
    `## ${from}`,
    about,
    own
      .map(([address, { head, items }]) => {
        current = 'index';
        const things = items.filter(([, { kind }]) => rank[kind] === 0);
        const names = things.length > 0 ? things : items;
        return `- [**${escape(head)}**](./${address}.md): ${names
          .slice(0, 12)
          .map(([name, reflection]) => linkTo(reflection, name.split('.').at(-1)))
          .join(', ')}${names.length > 12 ? `, and ${names.length - 12} more` : ''}`;
      })
      .join('\n'),
  ]),
].join('\n\n');
writeFileSync(join(out, 'index.md'), `${index}\n`);
writeFileSync(
  sidebarFile,
  JSON.stringify(
    groups.map(({ from, own }) => ({
      text: from,
      collapsed: from !== 'hone',
      items: own.map(([address, { head }]) => ({ text: head, link: `/api/${address}` })),
    })),
  ),
);
console.log(`docs/api: ${pages.size} pages on ${[...pages.values()].reduce((n, { items }) => n + items.length, 0)} names`);
