/** Signatures for the API's pages: as a caller writes them, with the arguments that stand by position or by name written out. */
import ts from 'typescript';

export const typeText = (type) => (type ? type.toString().replaceAll(/\s+/g, ' ') : '');

/** What declarations of a program look like. */
export function signaturesOf(program) {
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });
  const printed = (node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replaceAll(/\s+/g, ' ');

  /**
   * The type nodes of `Arguments<Options, [dim: 'dim', …]>`, through aliases, and what the parameters of those stand for, each as [its type as
   * it is written, its type written out]; undefined for other types.
   */
  function argumentsOf(node, bound = new Map(), depth = 0) {
    if (!node || !ts.isTypeReferenceNode(node) || depth > 6) return undefined;
    if (node.typeName.getText() === 'Arguments') return { nodes: node.typeArguments, bound };
    let symbol = checker.getSymbolAtLocation(node.typeName);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    const alias = symbol?.declarations?.find(ts.isTypeAliasDeclaration);
    if (!alias) return undefined;
    const own = (alias.typeParameters ?? []).map((parameter, i) => {
      const given = node.typeArguments?.[i] ?? parameter.default;
      if (!given) return [parameter.name.text, [parameter.name.text, parameter.name.text]];
      const whole = checker.typeToString(
        checker.getTypeFromTypeNode(given),
        undefined,
        ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias,
      );
      return [parameter.name.text, [replaced(given.getText(), bound, 0), replaced(whole, bound, 1)]];
    });
    return argumentsOf(alias.type, new Map(own), depth + 1);
  }

  /** A type's text with the parameters in it replaced by what they stand for. */
  const replaced = (text, bound, which) => text.replaceAll(/\b\w+\b/g, (word) => bound.get(word)?.[which] ?? word);

  /** The parameters of a signature as a caller writes them: those that stand by position or by name are written out. */
  function parametersOf(signature) {
    const declaration = declarationOf(signature);
    return (signature.parameters ?? []).flatMap((parameter, i) => {
      const node = declaration?.parameters?.[i];
      const given = parameter.flags.isRest ? argumentsOf(node?.type) : undefined;
      if (given) {
        const [options, positions] = given.nodes;
        const type = checker.getTypeFromTypeNode(options);
        const named = (positions && ts.isTupleTypeNode(positions) ? positions.elements : []).map((element) => {
          const name = ts.isNamedTupleMember(element) ? element.name.text : element.getText().replaceAll(/['"]/g, '');
          const property = type.getProperty(name);
          const text = property
            ? checker.typeToString(checker.getTypeOfSymbolAtLocation(property, options), undefined, ts.TypeFormatFlags.NoTruncation)
            : 'unknown';
          return `${name}?: ${replaced(text.replace(/ \| undefined$/, ''), given.bound, 1)}`;
        });
        const all = replaced(options.getText().replaceAll(/\s+/g, ' '), given.bound, 0);
        return all === '{}' || all === 'object' ? named : [...named, `options?: ${all}`];
      }
      const type = typeText(parameter.type);
      const optional = parameter.flags.isOptional || parameter.defaultValue !== undefined ? '?' : '';
      return [`${parameter.flags.isRest ? '...' : ''}${parameter.name}${optional}: ${type}`];
    });
  }

  /** The innermost node where TypeDoc found something that passes a test. */
  function nodeAt(at, passes) {
    const file = at && program.getSourceFile(at.fullFileName);
    if (!file) return undefined;
    const position = file.getPositionOfLineAndCharacter(at.line - 1, at.character);
    let found;
    const visit = (node) => {
      if (position < node.getStart(file) || position >= node.end) return;
      if (passes(node)) found = node;
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  }

  const declarationOf = (signature) => nodeAt(signature.sources?.[0] ?? signature.parent.sources?.[0], (node) => node.parameters);

  /** Whether a parameter is written out, so that its own name is nowhere to be seen. */
  const isSpread = (signature, i) =>
    signature.parameters[i].flags.isRest && argumentsOf(declarationOf(signature)?.parameters?.[i]?.type) !== undefined;

  const textOf = (type, node) =>
    checker
      .typeToString(type, node, ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias)
      .replaceAll(/import\("[^"]*"\)\./g, '')
      .replace(/ \| undefined$/, '');

  /** The members of an alias of a type that has some, as [name, type, what is said of it]; none for what is no options type or the like. */
  function aliasMembers(reflection) {
    const node = nodeAt(reflection.sources?.[0], ts.isTypeAliasDeclaration);
    if (!node || !ts.isTypeReferenceNode(node.type)) return [];
    const type = checker.getTypeFromTypeNode(node.type);
    if (!(type.flags & ts.TypeFlags.Object) || type.getCallSignatures().length > 0 || checker.isArrayLikeType(type)) return [];
    return type
      .getProperties()
      .map((property) => [
        `${property.name}${property.flags & ts.SymbolFlags.Optional ? '?' : ''}`,
        textOf(checker.getTypeOfSymbolAtLocation(property, node), node),
        ts
          .displayPartsToString(property.getDocumentationComment(checker))
          .replaceAll(/\{@link (\S+?)(?:\s+([^}]*))?\}/g, (_, to, text) => `\`${text ?? to}\``),
      ]);
  }

  /** The aliases that a signature and its options name, each with its parameters and what it stands for. */
  function aliasesIn(signature) {
    const found = new Map();
    const seen = new Set();
    const visit = (node) => {
      const name = ts.isTypeReferenceNode(node) ? node.typeName : ts.isExpressionWithTypeArguments(node) ? node.expression : undefined;
      if (name && ts.isIdentifier(name)) {
        let symbol = checker.getSymbolAtLocation(name);
        if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
        const named = symbol?.declarations?.find((at) => ts.isTypeAliasDeclaration(at) || ts.isInterfaceDeclaration(at));
        if (named && !seen.has(named) && !program.isSourceFileDefaultLibrary(named.getSourceFile())) {
          seen.add(named);
          if (ts.isTypeAliasDeclaration(named)) {
            const own = (named.typeParameters ?? []).map(({ name }) => name.text);
            found.set(named.name.text, {
              parameters: own.length > 0 ? `<${own.join(', ')}>` : '',
              text: own.length > 0 ? printed(named.type) : textOf(checker.getTypeFromTypeNode(named.type), named),
            });
          }
          ts.forEachChild(named, visit);
        }
      }
      ts.forEachChild(node, visit);
    };
    const declaration = declarationOf(signature);
    for (const parameter of declaration?.parameters ?? []) if (parameter.type) visit(parameter.type);
    if (declaration?.type) visit(declaration.type);
    return found;
  }

  /** `type Name<T> = …` as it is written; undefined where its members are a table of their own. */
  function aliasText(reflection) {
    const node = nodeAt(reflection.sources?.[0], ts.isTypeAliasDeclaration);
    if (!node || ts.isTypeLiteralNode(node.type)) return undefined;
    return printer
      .printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
      .replace(/^export /, '')
      .replace(/;$/, '');
  }

  /** `name(a: A, b?: B): R`, on several lines where it is long. */
  function signatureText(signature, name, { isNew = false } = {}) {
    // A class's own, for its constructor.
    const typeParameters = signature.typeParameters ?? (isNew ? signature.parent.parent.typeParameters : undefined);
    const generics = typeParameters?.length
      ? `<${typeParameters.map((p) => `${p.name}${p.type ? ` extends ${typeText(p.type)}` : ''}`).join(', ')}>`
      : '';
    const parameters = parametersOf(signature);
    const result = isNew ? '' : `: ${typeText(signature.type)}`;
    const head = `${isNew ? 'new ' : ''}${name}${generics}`;
    const line = `${head}(${parameters.join(', ')})${result}`;
    return line.length <= 76 || parameters.length === 0 ? line : `${head}(\n${parameters.map((p) => `  ${p},\n`).join('')})${result}`;
  }
  return { signatureText, parametersOf, isSpread, aliasText, aliasMembers, aliasesIn };
}
