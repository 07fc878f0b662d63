// The Python extension's API, as far as it says which Python is chosen: environments.getActiveEnvironmentPath,
// updateActiveEnvironmentPath and resolveEnvironment, as @vscode/python-extension declares them.
import { existsSync } from 'node:fs';
import { Uri } from 'vscode';

/** Called by VS Code. */
export function activate() {
  // Of what is on the search path the real one says the bare name, too.
  let chosen = 'python';
  return {
    ready: Promise.resolve(),
    environments: {
      getActiveEnvironmentPath: () => ({ id: chosen, path: chosen }),
      updateActiveEnvironmentPath: async (environment) => {
        chosen = typeof environment === 'string' ? environment : environment.path;
      },
      resolveEnvironment: async (environment) => {
        const file = typeof environment === 'string' ? environment : environment.path;
        if (!existsSync(file)) return undefined;
        return { id: file, path: file, executable: { uri: Uri.file(file) } };
      },
    },
  };
}
