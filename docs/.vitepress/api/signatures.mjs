/** Signatures for the API's pages: as a caller writes them, with the arguments that stand by position or by name written out. */
import ts from 'typescript';

export const typeText = (type) => (type ? type.toString().replaceAll(/\s+/g, ' ') : '');

/** `name(a: A, b?: B): R` of TypeDoc's signatures of a program. */
export function signaturesOf(program) {
  const checker = program.getTypeChecker();

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

  /** The declaration of a signature, by where TypeDoc found it. */
  function declarationOf(signature) {
    const at = signature.sources?.[0] ?? signature.parent.sources?.[0];
    const file = at && program.getSourceFile(at.fullFileName);
    if (!file) return undefined;
    const position = file.getPositionOfLineAndCharacter(at.line - 1, at.character);
    let found;
    const visit = (node) => {
      if (position < node.getStart(file) || position >= node.end) return;
      if (node.parameters) found = node;
      ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
  }

  /** `name(a: A, b?: B): R`, on several lines where it is long. */
  function signatureText(signature, name, { isNew = false } = {}) {
    const generics = signature.typeParameters?.length
      ? `<${signature.typeParameters.map((p) => `${p.name}${p.type ? ` extends ${typeText(p.type)}` : ''}`).join(', ')}>`
      : '';
    const parameters = parametersOf(signature);
    const result = isNew ? '' : `: ${typeText(signature.type)}`;
    const head = `${isNew ? 'new ' : ''}${name}${isNew ? '' : generics}`;
    const line = `${head}(${parameters.join(', ')})${result}`;
    return line.length <= 96 || parameters.length === 0 ? line : `${head}(\n${parameters.map((p) => `  ${p},\n`).join('')})${result}`;
  }
  return signatureText;
}
