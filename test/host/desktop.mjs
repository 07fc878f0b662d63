// The suite of the extension host in desktop VS Code, for machines that may download it.
//   npm run test:desktop
import { runTests } from '@vscode/test-electron';
import { buildProduct, root } from '../../esbuild.mjs';
import { bundleHostTests } from './run.mjs';
import { makeWorkspace } from './workspace.mjs';

await buildProduct();
const extensionTestsPath = await bundleHostTests();
const workspace = makeWorkspace();
try {
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath,
    launchArgs: [workspace.folder, '--disable-workspace-trust', '--disable-extensions'],
  });
} finally {
  workspace.remove();
}
