import js from '@eslint/js';
import tseslint from 'typescript-eslint';

// The rooms of the house and which of the others each may import.
const rooms = {
  core: [],
  data: ['core'],
  models: ['core'],
  runs: ['core', 'data'],
  draw: ['core'],
  training: ['core', 'data', 'models'],
  engine: ['core', 'data', 'models', 'draw', 'training', 'runs', 'protocol'],
  protocol: ['core'],
  extension: ['core', 'protocol', 'runs'],
  cli: ['core', 'data', 'models', 'draw', 'training', 'runs', 'engine', 'protocol'],
};

// Packages that only the named rooms may import.
const guardedPackages = {
  vscode: ['extension'],
  'onnxruntime-node': ['models'],
  'onnxruntime-web': ['models'],
  '@tensorflow/*': ['models', 'training'],
  '@resvg/*': ['draw'],
  d3: ['webview', 'draw'],
  'd3-*': ['webview', 'draw'],
};

/** The import restrictions of one room, as options of no-restricted-imports. */
function restrictions(room, allowed) {
  const others = Object.keys(rooms).filter((other) => other !== room && !allowed.includes(other));
  const patterns = others.map((other) => ({
    group: [`**/${other}/**`],
    message: `${room} may import ${allowed.join(', ') || 'nothing outside itself'}.`,
  }));
  for (const [name, owners] of Object.entries(guardedPackages)) {
    if (!owners.includes(room)) {
      patterns.push({
        group: [name, `${name}/**`],
        message: `Only ${owners.join(' and ')} may import ${name}.`,
      });
    }
  }
  if (room === 'core' || room === 'webview') {
    patterns.push({ group: ['node:*'], message: `${room} runs in the browser too.` });
  }
  return ['error', { patterns }];
}

const roomRules = Object.entries(rooms).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: { 'no-restricted-imports': restrictions(room, allowed) },
}));

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.vscode-test/'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Typed arrays are indexed everywhere: the check would only add noise to inner loops.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 20],
    },
  },
  ...roomRules,
  {
    files: ['webview/**/*.ts'],
    rules: { 'no-restricted-imports': restrictions('webview', ['protocol', 'core']) },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', performance: 'readonly' },
    },
  },
);
