// An ESLint rule: no file imports itself by way of others, not even for types. Two files in a circle can only be read,
// moved and tested together. The rules that packages offer leave imports of types out.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Files that a file names in its imports and exports, by its path; kept while a file is the same. */
const known = new Map();
const fromClause = /^(?:import|export)\b[^;'"]*?from '(\.[^']*)';?$|^import '(\.[^']*)';?$/gm;

/** Absolute paths of the files of ours that a file imports. */
function importsOf(file) {
  const { mtimeMs } = statSync(file);
  const before = known.get(file);
  if (before?.mtimeMs === mtimeMs) return before.imports;
  const imports = new Set();
  for (const [, named, bare] of readFileSync(file, 'utf8').matchAll(fromClause)) {
    const target = resolve(file, named ?? bare);
    if (target) imports.add(target);
  }
  known.set(file, { mtimeMs, imports });
  return imports;
}

function resolve(file, name) {
  const target = path.resolve(path.dirname(file), name);
  return [`${target}.ts`, target].find((each) => /\.(?:ts|mjs)$/.test(each) && existsSync(each));
}

/** The shortest way by imports from one file to another, both included; undefined where there is none. */
function wayBetween(from, to) {
  const cameFrom = new Map([[from, undefined]]);
  for (const file of cameFrom.keys()) {
    if (file === to) {
      const way = [];
      for (let at = file; at !== undefined; at = cameFrom.get(at)) way.unshift(at);
      return way;
    }
    for (const next of importsOf(file)) if (!cameFrom.has(next)) cameFrom.set(next, file);
  }
  return undefined;
}

/** @type {import('eslint').Rule.RuleModule} */
export const noCircles = {
  meta: { type: 'problem', schema: [], messages: { circle: 'Imports in a circle: {{way}}.' } },
  create(context) {
    const { filename, cwd } = context;
    const check = ({ source }) => {
      if (!source?.value.startsWith('.')) return;
      const target = resolve(filename, source.value);
      const way = target && wayBetween(target, filename);
      if (!way) return;
      const names = [filename, ...way].map((file) => path.relative(cwd, file));
      context.report({ node: source, messageId: 'circle', data: { way: names.join(' > ') } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};
