// Bundles what `.vscode/launch.json` starts under the debugger.
//   node test/buildTests.mjs unit     out/test/unit.js
//   node test/buildTests.mjs host     dist/, out/test/host/index.js, and a workspace of their own in out/test/host-workspace
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildProduct, bundleFolder, root } from '../esbuild.mjs';
import { bundleHostTests } from './host/runHost.mjs';
import { makeWorkspace } from './host/workspace.mjs';

const builds = {
  unit: () => bundleFolder('test/unit', '.test.ts', path.join(root, 'out', 'test', 'unit.js')),
  host: async () => {
    await buildProduct();
    await bundleHostTests();
    const place = path.join(root, 'out', 'test', 'host-workspace');
    const workspace = makeWorkspace();
    rmSync(place, { recursive: true, force: true });
    cpSync(workspace.folder, place, { recursive: true });
    workspace.remove();
  },
};

const [name] = process.argv.slice(2);
const build = builds[name];
if (!build) {
  console.error(`${name ?? 'nothing'}: expected one of ${Object.keys(builds).join(', ')}`);
  process.exit(1);
}
await build();
