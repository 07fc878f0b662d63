// The suite of the extension host in desktop VS Code, for machines that may download it.
//   npm run test:desktop
import { downloadAndUnzipVSCode, runTests, TestRunFailedError } from '@vscode/test-electron';
import { buildProduct, root } from '../../esbuild.mjs';
import { bundleHostTests } from './runHost.mjs';
import { makeWorkspace } from './workspace.mjs';

/** Downloads VS Code, or takes what was downloaded before. Undefined, and one line that says why, where it cannot be had. */
async function desktop() {
  try {
    return await downloadAndUnzipVSCode();
  } catch (error) {
    const reason = (error.cause ?? error).message?.split('\n')[0] ?? String(error);
    console.error(
      `Desktop VS Code cannot be downloaded here (${reason}). ` +
        '`npm run test:host` runs the same tests in the VS Code that npm carries.',
    );
    return undefined;
  }
}

/** Returns the exit code. */
async function main() {
  const vscodeExecutablePath = await desktop();
  if (vscodeExecutablePath === undefined) return 1;
  await buildProduct();
  const extensionTestsPath = await bundleHostTests();
  const workspace = makeWorkspace();
  const launchArgs = [workspace.folder, '--disable-workspace-trust', '--disable-extensions'];
  try {
    return await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath,
      launchArgs,
    });
  } catch (error) {
    // Tests that failed have told of themselves.
    const { code, signal } = error instanceof TestRunFailedError ? error : {};
    console.error((code ?? signal) ? `Desktop VS Code ended with ${code ?? signal}` : error.message);
    return 1;
  } finally {
    workspace.remove();
  }
}

process.exit(await main());
