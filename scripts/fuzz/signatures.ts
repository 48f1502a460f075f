/** The signatures of everything that the package exports, read from its types, for `npm run fuzz:calls`. */
import { join } from 'node:path';
import {
  API,
  type Checker,
  type Signature,
  SignatureKind,
  type Symbol,
  SymbolFlags,
  type Type,
  TypeFlags,
  type TypeReference,
} from 'typescript/unstable/sync';

/** What an argument may be. */
export type Kind =
  | { kind: 'tensor' | 'number' | 'boolean' | 'string' | 'function' | 'any' | 'module' | 'generator' }
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'list'; of: Kind }
  | { kind: 'tuple'; of: Kind[] }
  | { kind: 'union'; of: Kind[] }
  | { kind: 'object'; fields: Record<string, Kind> };

export interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  readonly optional: boolean;
  readonly rest: boolean;
}

export interface Target {
  /** How it is reached: `hone.add`, `F.relu`, `nn.Linear`, `tensor.add`. */
  readonly path: string;
  readonly kind: 'function' | 'method' | 'module' | 'optimizer';
  /** One list of parameters for each overload. */
  readonly calls: Parameter[][];
  /** Of a module: the parameters of its forward. */
  readonly forward?: Parameter[][];
}

const root = join(import.meta.dirname, '../..');

/** Not called: what reads and writes files, changes the process, waits, or would never end. */
const LEFT_OUT =
  /^(hone\.(save|load|saveBytes|loadBytes|setEngine|setNumThreads|setWasmUrl|manualSeed|keep|scope)|tensor\.(constructor|toString|dispose|keep)|.*\[.*)$/;

export function readSignatures(): Target[] {
  const api = new API({ cwd: root });
  try {
    const config = join(root, 'tsconfig.json');
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)!;
    return targetsOf(project.checker, project.checker.getSymbolAtLocation(project.program.getSourceFile(join(root, 'src/index.ts'))!)!);
  } finally {
    api.close();
  }
}

function targetsOf(checker: Checker, entry: Symbol): Target[] {
  const out: Target[] = [];
  const known = new Map<number, Kind>();

  const kindOf = (type: Type, depth: number): Kind => {
    const found = known.get(type.id);
    if (found !== undefined) return found;
    const made = readKind(type, depth);
    if (depth === 0) known.set(type.id, made);
    return made;
  };

  const readKind = (type: Type, depth: number): Kind => {
    const { flags } = type;
    if (flags & (TypeFlags.Undefined | TypeFlags.Void | TypeFlags.Never)) return { kind: 'any' };
    if (flags & TypeFlags.Null) return { kind: 'literal', value: null };
    if (type.isBooleanLiteralType()) return { kind: 'boolean' };
    if (type.isStringLiteralType() || type.isNumberLiteralType()) return { kind: 'literal', value: type.value };
    if (type.isUnionType()) {
      const parts = type.getTypes().filter((t) => !(t.flags & (TypeFlags.Undefined | TypeFlags.Void)));
      return parts.length === 1 ? kindOf(parts[0]!, depth) : { kind: 'union', of: parts.map((t) => kindOf(t, depth + 1)) };
    }
    if (flags & (TypeFlags.NumberLike | TypeFlags.BigIntLike)) return { kind: 'number' };
    if (flags & TypeFlags.BooleanLike) return { kind: 'boolean' };
    if (flags & TypeFlags.StringLike) return { kind: 'string' };
    if (flags & TypeFlags.TypeParameter) {
      const bound = checker.getBaseConstraintOfType(type);
      return bound === undefined || depth > 3 ? { kind: 'any' } : kindOf(bound, depth + 1);
    }
    const name = type.getSymbol()?.name ?? '';
    if (name === 'Tensor' || name === 'Parameter' || name === 'Buffer') return { kind: 'tensor' };
    if (name === 'Module') return { kind: 'module' };
    if (name === 'Generator') return { kind: 'generator' };
    if (depth > 5 || (/^(Map|Set|Promise|Date|RegExp|Error)$|Array$|Buffer$/.test(name) && name !== 'Array' && name !== 'ReadonlyArray'))
      return { kind: 'any' };
    if (checker.isTupleType(type))
      return { kind: 'tuple', of: checker.getTypeArguments(type as TypeReference).map((t) => kindOf(t, depth + 1)) };
    if (checker.isArrayType(type) || name === 'Iterable' || name === 'ArrayLike') {
      const [item] = checker.getTypeArguments(type as TypeReference);
      return { kind: 'list', of: item === undefined ? { kind: 'number' } : kindOf(item, depth + 1) };
    }
    if (signatures(type).length > 0) return { kind: 'function' };
    if (type.isObjectType() || type.isIntersectionType()) {
      const fields: Record<string, Kind> = {};
      for (const property of checker.getPropertiesOfType(type).slice(0, 24)) {
        const own = checker.getTypeOfSymbol(property);
        if (own !== undefined) fields[property.name] = kindOf(own, depth + 1);
      }
      return { kind: 'object', fields };
    }
    return { kind: 'any' };
  };

  const signatures = (type: Type, kind = SignatureKind.Call) => checker.getSignaturesOfType(type, kind);
  const parameters = (signature: Signature): Parameter[] => {
    const list = signature.getParameters();
    return list.map((symbol, i) => {
      const node = symbol.valueDeclaration?.resolve() as { questionToken?: unknown; initializer?: unknown } | undefined;
      const rest = signature.hasRestParameter && i === list.length - 1;
      const optional = rest || node?.questionToken !== undefined || node?.initializer !== undefined;
      const type = checker.getTypeOfSymbol(symbol);
      return { name: symbol.name, kind: type === undefined ? { kind: 'any' } : kindOf(type, 0), optional, rest };
    });
  };
  const callsOf = (type: Type) => signatures(type).map(parameters);
  const resolved = (symbol: Symbol) => (symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

  const add = (path: string, symbol: Symbol): void => {
    if (LEFT_OUT.test(path) || !(symbol.flags & SymbolFlags.Value)) return;
    const type = checker.getTypeOfSymbol(symbol);
    if (type === undefined) return;
    const calls = callsOf(type);
    if (calls.length > 0) out.push({ path, kind: 'function', calls });
    const made = signatures(type, SignatureKind.Construct);
    if (made.length === 0 || (path !== 'hone.Tensor' && made[0]!.isAbstract)) return;
    const instance = checker.getReturnTypeOfSignature(made[0]!)!;
    const member = (name: string) => checker.getPropertyOfType(instance, name);
    const forward = member('forward');
    if (forward !== undefined)
      out.push({ path, kind: 'module', calls: made.map(parameters), forward: callsOf(checker.getTypeOfSymbol(forward)!) });
    else if (member('paramGroups') !== undefined) out.push({ path, kind: 'optimizer', calls: made.map(parameters) });
    if (path !== 'hone.Tensor') return;
    for (const property of checker.getPropertiesOfType(instance)) {
      const own = `tensor.${property.name}`;
      const methodType = checker.getTypeOfSymbol(property);
      if (LEFT_OUT.test(own) || property.name.startsWith('__') || methodType === undefined) continue;
      const found = callsOf(methodType);
      if (found.length > 0) out.push({ path: own, kind: 'method', calls: found });
    }
  };

  const walk = (prefix: string, module: Symbol): void => {
    for (const symbol of checker.getExportsOfModule(module)) {
      const target = resolved(symbol);
      if (target.flags & SymbolFlags.ValueModule) walk(prefix === 'hone' ? symbol.name : `${prefix}.${symbol.name}`, target);
      else add(`${prefix}.${symbol.name}`, target);
    }
  };
  walk('hone', entry);
  return out;
}
