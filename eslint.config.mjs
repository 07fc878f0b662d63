import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { noCircles } from './lint/noCircles.mjs';

// The rooms of the house and which of the others each may import.
const rooms = {
  core: [],
  protocol: ['core'],
  data: ['core'],
  models: ['core', 'data'],
  draw: ['core'],
  runs: ['core', 'data'],
  logs: ['core', 'data', 'runs'],
  training: ['core', 'data', 'models'],
  engine: ['core', 'protocol', 'data', 'models', 'draw', 'runs', 'logs', 'training'],
  extension: ['core', 'protocol', 'runs', 'logs'],
  cli: ['core', 'protocol', 'data', 'models', 'draw', 'runs', 'logs', 'training', 'engine'],
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

/** Folders within folders that a room has at the most. */
const deepest = 4;

/**
 * The import restrictions of one room, as options of no-restricted-imports.
 * @param upwards how an import leaves the room, as a regular expression: `(\\.\\./){2}` two folders down
 */
function restrictions(room, allowed, upwards) {
  const others = Object.keys(rooms).filter((other) => other !== room && !allowed.includes(other));
  const patterns = [
    {
      regex: `^${upwards}(${others.join('|')})/`,
      message: `${room} may import ${allowed.join(', ') || 'nothing outside itself'}.`,
    },
  ];
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

const roomRules = Object.entries(rooms).flatMap(([room, allowed]) =>
  Array.from({ length: deepest }, (_, depth) => ({
    files: [`src/${room}/${'*/'.repeat(depth)}*.ts`],
    rules: { 'no-restricted-imports': restrictions(room, allowed, `(\\.\\./){${depth + 1}}`) },
  })),
);

/** Calls that put every element of a list on the stack, which overflows from some ten thousands on. */
const spreadCalls = [
  {
    selector:
      "CallExpression[callee.property.name=/^(push|unshift|splice|concat|fromCharCode|fromCodePoint)$/]:not([callee.object.property.name='subscriptions']) > SpreadElement.arguments",
    message: 'A list may be of any length: use addAll of core/lists.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'] > SpreadElement.arguments",
    message: 'A list may be of any length: use largest or smallest of core/lists.',
  },
];

/** What of `vscode.window` shows no text, and may be used everywhere in the extension. */
const textless = [
  'activeColorTheme',
  'activeTextEditor',
  'createOutputChannel',
  'createTextEditorDecorationType',
  'onDidChangeTextEditorSelection',
  'onDidChangeVisibleTextEditors',
  'registerCustomEditorProvider',
  'registerWebviewPanelSerializer',
  'registerWebviewViewProvider',
  'showTextDocument',
  'tabGroups',
  'terminals',
  'visibleTextEditors',
];
const windowOf = "MemberExpression[object.name='vscode'][property.name='window']";
const plainMessage =
  'Text from files would act: src/extension/shared/messages.ts and items.ts hand it to VS Code made plain.';

/** Ways to hand text to VS Code past the one place that makes it plain. */
const rawText = [
  `MemberExpression[object.object.name='vscode'][object.property.name='window'][property.name!=/^(${textless.join('|')})$/]`,
  `:not(MemberExpression):not(VariableDeclarator) > ${windowOf}`,
  `VariableDeclarator[init.object.name='vscode'][init.property.name='window'] > ObjectPattern > Property[key.name!=/^(${textless.join('|')})$/]`,
  `VariableDeclarator[id.type='Identifier'] > ${windowOf}`,
  "VariableDeclarator[init.name='vscode']",
  "ImportDeclaration[source.value='vscode'] > ImportSpecifier[importKind!='type']",
  'NewExpression[callee.property.name=/^(MarkdownString|CodeLens|Diagnostic|Hover|InlayHint|CompletionItem)$/]',
  "AssignmentExpression[left.property.name='tooltip']:not([right.callee.name=/^(lines|tooltipOf)$/])",
  'AssignmentExpression[left.property.name=/^(description|message|title)$/][left.object.property.name=/[vV]iew|[pP]anel/]',
  "AssignmentExpression[left.property.name='title'][left.object.name=/[pP]anel/]",
  "CallExpression[callee.property.name='join'][arguments.0.value='\\n']",
].map((selector) => ({ selector, message: plainMessage }));

/** A class or function says which of the services it uses: what is handed to it stands in its head. */
const wholeServices = [
  ':function > .params > TSTypeAnnotation',
  'TSParameterProperty > Identifier > TSTypeAnnotation',
].map((annotation) => ({
  selector: `${annotation} > TSTypeReference[typeName.name='Services']`,
  message: "Take what is used: Pick<Services, 'engine' | …>.",
}));

/** Files that are not plain files could be read for ever, so that all are opened in one place. */
const ownWays = [
  {
    selector:
      'ImportDeclaration[source.value=/^node:fs/] > ImportSpecifier[imported.name=/^(readFile|readFileSync|createReadStream|open|openSync|copyFile)$/]',
    message: 'Files are read by data/files/fileAccess, which checks their kind and size first.',
  },
  {
    selector: "CallExpression[callee.object.name='JSON'][callee.property.name='parse']",
    message: 'JSON is read by data/files/json, which knows its end.',
  },
];

/** What the window shows names no options of commands: a text for both says each its own. */
const commandFlags = [
  ":not(Property[key.name='commandLine']) > Literal[value=/(^|[ (])--[a-z]/]",
  ":not(Property[key.name='commandLine']) > TemplateLiteral > TemplateElement[value.raw=/(^|[ (])--[a-z]/]",
].map((selector) => ({
  selector,
  message: 'VS Code has no options: wordedFor of core/audience tells both.',
}));

/** Files of the program itself are read, files are made, or this is the one place. */
const exempt = [
  'src/data/files/fileAccess.ts',
  'src/data/files/json.ts',
  'src/draw/writePng.ts',
  'src/models/tfjs/nativeBackend.ts',
  'src/runs/atomic.ts',
  'src/runs/lock.ts',
];

/** Pauses of tests. */
const fixedPauses = [
  "CallExpression[callee.property.name='waitForTimeout']",
  "ImportDeclaration[source.value='node:timers/promises']",
  "NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout'][arguments.0.type='Identifier']",
].map((selector) => ({
  selector,
  message: 'Wait for a state: until, steady, or stayedSo where nothing is to happen (test/helpers/setup).',
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
      // A statement on the line of its if or for stands without braces, all others with.
      curly: ['error', 'multi-line', 'consistent'],
      // A number, a text or a boolean that a module fixes is UPPER_CASE; tables, functions and all else camelCase.
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'variable',
          modifiers: ['const', 'global'],
          types: ['number', 'string', 'boolean'],
          format: ['UPPER_CASE'],
        },
        { selector: 'variable', modifiers: ['const', 'global'], format: ['camelCase', 'PascalCase'] },
        { selector: ['variable', 'function'], modifiers: ['destructured'], format: null },
        {
          selector: ['variable', 'function'],
          format: ['camelCase', 'PascalCase'],
          leadingUnderscore: 'allow',
        },
        { selector: 'typeLike', format: ['PascalCase'] },
      ],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 20],
      'max-params': ['error', 4],
    },
  },
  {
    files: ['src/**/*.ts', 'webview/**/*.ts'],
    plugins: { regexp },
    rules: {
      'no-restricted-syntax': ['error', ...spreadCalls],
      // Text of a file may be of any length: a search must take time in proportion to it.
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['**/*.ts'],
    plugins: { house: { rules: { 'no-circles': noCircles } } },
    rules: { 'house/no-circles': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: exempt,
    rules: { 'no-restricted-syntax': ['error', ...spreadCalls, ...ownWays] },
  },
  {
    files: ['src/{core,data,engine,logs,models,runs,training}/**/*.ts'],
    ignores: exempt,
    rules: { 'no-restricted-syntax': ['error', ...spreadCalls, ...ownWays, ...commandFlags] },
  },
  {
    // Inner loops over words: an object for each call would cost more than the call.
    files: ['src/core/**/*.ts'],
    rules: { 'max-params': ['error', 6] },
  },
  ...roomRules,
  {
    files: ['webview/**/*.ts'],
    rules: { 'no-restricted-imports': restrictions('webview', ['protocol', 'core'], '(\\.\\./)+src/') },
  },
  {
    files: ['src/extension/**/*.ts'],
    ignores: ['messages', 'items', 'plainText'].map((name) => `src/extension/shared/${name}.ts`),
    rules: { 'no-restricted-syntax': ['error', ...spreadCalls, ...ownWays, ...rawText, ...wholeServices] },
  },
  {
    // Names come from strangers, and a terminal obeys what is in them.
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/terminal.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['stdout', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: 'Only terminal.ts writes there.',
        })),
      ],
      'no-restricted-globals': [
        'error',
        { name: 'console', message: 'Only terminal.ts writes to stdout and stderr.' },
      ],
    },
  },
  { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    // A pause of fixed length is too short on a busy machine and too long on all others.
    files: ['test/{e2e,helpers,host,integration,unit}/**/*.ts'],
    ignores: ['test/helpers/setup.ts'],
    rules: { 'no-restricted-syntax': ['error', ...fixedPauses] },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', performance: 'readonly' },
    },
  },
);
