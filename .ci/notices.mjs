// Whose code the product ships, under which licences: read from what the bundles were made of, so that none is forgotten.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);

/** Licences (SPDX) whose terms these notices meet; what ships under none of them stops the packaging. */
const met = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'NIST-Software',
  'OFL-1.1',
  'Unlicense',
];

/** Licences of packages that name none: the NIST's terms ask that the notice is kept; its WebAssembly holds HDF5 (BSD-3-Clause). */
const named = { h5wasm: 'NIST-Software' };

/** Files of a package that hold its licence or other notices. */
const NOTICE = /^(licen[cs]e|copying|notice|third-?party-?notices)/i;

/** What a package does not say of itself in its files. */
const remarks = {
  'onnxruntime-web':
    'Notices of what its WebAssembly holds: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt',
  '@tensorflow/tfjs-backend-wasm':
    'Its WebAssembly holds XNNPACK (BSD-3-Clause, Copyright (c) Facebook, Inc. and its affiliates, Copyright 2019 Google LLC) and parts of Emscripten (MIT).',
};

/** Whether a licence expression leaves a choice that the product meets: `(MIT OR GPL-3.0)` does, `MIT AND GPL-3.0` does not. */
export function isMet(licence) {
  const choices = String(licence ?? '')
    .replace(/[()]/g, '')
    .split(/ OR /i);
  return choices.some((choice) => choice.split(/ AND /i).every((one) => met.includes(one.trim())));
}

/** The package that a file belongs to: its folder, which may lie within another package; undefined for our own files. */
function packageOf(file) {
  const within = /^((?:.*[\\/])?node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file);
  return within?.[1];
}

/** A package as its manifest has it. */
function readPackage(folder) {
  const { name, version, license, author, contributors, repository, homepage, dependencies } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const person = author ?? contributors?.[0];
  const address = (typeof repository === 'string' ? repository : repository?.url) ?? homepage;
  return {
    folder,
    name,
    version,
    licence: named[name] ?? license,
    author: typeof person === 'string' ? person : person?.name,
    source: address?.replace(/^git\+/, ''),
    dependencies: Object.keys(dependencies ?? {}),
  };
}

/** Packages that go into the VSIX as they are, by its allow-list, and what they depend on, which their files may hold. */
function wholePackages() {
  const ignore = readFileSync(path.join(root, '.vscodeignore'), 'utf8');
  const named = [...ignore.matchAll(/^!node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm)].map((match) => match[1]);
  const found = new Map();
  const add = (name, from) => {
    const require = createRequire(path.join(from, 'from.js'));
    const folders = require.resolve.paths(name).map((folder) => path.join(folder, name));
    const folder = folders.find((one) => existsSync(path.join(one, 'package.json')));
    // Types are no code.
    if (name.startsWith('@types/') || found.has(folder)) return;
    if (!folder) throw new Error(`${name}, which ${from} depends on, is not installed`);
    const read = readPackage(folder);
    found.set(folder, read);
    for (const dependency of read.dependencies) add(dependency, folder);
  };
  for (const name of named) add(name, root);
  return [...found.values()];
}

/**
 * All packages of others whose code, fonts or binaries ship, by name.
 * @param metafiles esbuild's, of all bundles
 */
export function shippedPackages(metafiles) {
  const files = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = new Set(files.map(packageOf).filter((folder) => folder !== undefined));
  const all = [...[...folders].map((folder) => readPackage(path.resolve(root, folder))), ...wholePackages()];
  const byName = new Map(all.map((one) => [`${one.name} ${one.version}`, one]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The licence of a package: its own files, or, where it has none, the usual texts of the licences that it names. */
function licenceText({ folder, name, licence, author }) {
  const files = readdirSync(folder, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && NOTICE.test(entry.name),
  );
  const own = files.map((entry) =>
    readFileSync(path.join(folder, entry.name), 'utf8').replaceAll('\r\n', '\n').trim(),
  );
  if (own.length > 0) return own.join('\n\n');
  const usual = String(licence)
    .replace(/[()]/g, '')
    .split(/ (?:OR|AND) /i);
  const texts = usual.map((one) => {
    const file = path.join(here, 'licences', `${one}.txt`);
    if (!existsSync(file))
      throw new Error(`${name} has no file with its licence, and .ci/licences has no ${one}.txt`);
    // These name no owner; the others are the same for all.
    const owner = /^(MIT|ISC|BSD)/.test(one) ? `Copyright (c) ${author ?? `the authors of ${name}`}\n\n` : '';
    return owner + readFileSync(file, 'utf8').trim();
  });
  return texts.join('\n\n');
}

/**
 * The notices that ship with the product.
 * @param metafiles esbuild's, of all bundles
 * @throws Error where a package has a licence whose terms the product does not meet, such as the GPL's
 */
export function noticesOf(metafiles) {
  const packages = shippedPackages(metafiles);
  const refused = packages.filter(({ licence }) => !isMet(licence));
  if (refused.length > 0) {
    const told = refused.map(
      ({ name, version, licence }) => `${name} ${version} (${licence ?? 'no licence'})`,
    );
    throw new Error(`licences whose terms are not met: ${told.join(', ')}`);
  }
  const byText = new Map();
  for (const one of packages) {
    const text = licenceText(one);
    byText.set(text, [...(byText.get(text) ?? []), one]);
  }
  const parts = [...byText].map(([text, ones]) => {
    const names = ones.map(({ name, version, licence, source }) => {
      const remark = remarks[name] ? `\n  ${remarks[name]}` : '';
      return `${name} ${version} (${String(licence).replace(/[()]/g, '')})${source ? `\n  ${source}` : ''}${remark}`;
    });
    return `${'='.repeat(80)}\n${names.join('\n')}\n${'-'.repeat(80)}\n${text}\n`;
  });
  return `Activation Pattern Diagrams holds code, fonts and binaries of others, under these licences.\n\n${parts.join('\n')}`;
}
