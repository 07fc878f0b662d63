// Makes the VSIX of the extension: `npm run package`. Prints its size and what takes most of it.
import { createVSIX, listFiles } from '@vscode/vsce';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { noticesOf } from '../../.ci/notices.mjs';
import { buildProduct, root } from '../../esbuild.mjs';

/** Builds, minified, and packs. Returns the path of the package. */
export async function makePackage(file = path.join(root, 'out', 'activation-pattern-diagrams.vsix')) {
  mkdirSync(path.dirname(file), { recursive: true });
  const metafiles = await buildProduct({ minify: true });
  writeFileSync(path.join(root, 'dist', 'THIRD-PARTY-NOTICES.txt'), noticesOf(metafiles));
  // The README's pictures are in the package: their links stay as they are.
  await createVSIX({
    cwd: root,
    packagePath: file,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return file;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = await makePackage();
  const files = (await listFiles({ cwd: root })).map((name) => ({
    name,
    size: statSync(path.join(root, name)).size,
  }));
  files.sort((a, b) => b.size - a.size);
  for (const { name, size } of files.slice(0, 8))
    console.log(`${(size / 1024).toFixed(0).padStart(8)} kB  ${name}`);
  console.log(
    `${path.relative(process.cwd(), file)}: ${(statSync(file).size / 1024 / 1024).toFixed(1)} MB, ${files.length} files`,
  );
}
