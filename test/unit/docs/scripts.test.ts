import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';

interface Task {
  label: string;
  type: string;
  script?: string;
  command?: string;
  dependsOn?: string[];
  problemMatcher?: unknown;
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

const { scripts } = readJson<{ scripts: Record<string, string> }>('package.json');
const { tasks } = readJson<{ tasks: Task[] }>('.vscode/tasks.json');
const { configurations } = readJson<{ configurations: { name: string; preLaunchTask?: string }[] }>(
  '.vscode/launch.json',
);

/** Scripts of package.json that a text runs by `npm start`, `npm test` or `npm run …`. */
function scriptsIn(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][\w:]*)/g)]
    .map(([, name]) => name)
    .filter((name) => !['ci', 'install', 'link', 'run'].includes(name));
}

describe('what a contributor is told to run', () => {
  for (const page of [
    'README.md',
    'CONTRIBUTING.md',
    'examples/README.md',
    '.github/workflows/ci.yml',
    '.ci/run',
  ]) {
    it(`is there: ${page}`, () => {
      // In running text the word npm stands without a script, too.
      const code = page.endsWith('.md')
        ? [...readFileSync(page, 'utf8').matchAll(/`([^`\n]+)`|^(npm .*)$/gm)].map(
            (match) => match[1] ?? match[2],
          )
        : [readFileSync(page, 'utf8').replace(/^\s*#.*$/gm, '')];
      const named = code.flatMap((text) => [
        ...scriptsIn(text),
        ...[...text.matchAll(/\bnode ([\w./]+\.mjs)/g)].map(([, file]) => file),
      ]);
      assert.deepEqual(
        named.filter((name) => !(name in scripts) && !existsSync(name)),
        [],
      );
    });
  }
});

describe('tasks of VS Code', () => {
  const labels = tasks.map(({ label }) => label);

  it('are there where one is asked for before a launch, or by another', () => {
    const asked = [
      ...configurations.flatMap(({ preLaunchTask }) => preLaunchTask ?? []),
      ...tasks.flatMap(({ dependsOn }) => dependsOn ?? []),
    ];
    assert.deepEqual(
      asked.filter((label) => !labels.includes(label)),
      [],
    );
  });

  it('run scripts and files that are there, and find their problems', () => {
    for (const { label, script, command, problemMatcher } of tasks) {
      if (script !== undefined) assert.ok(script in scripts, label);
      const file = /^node (\S+)/.exec(command ?? '')?.[1];
      if (file !== undefined) assert.ok(existsSync(file), label);
      assert.notEqual(problemMatcher, undefined, label);
    }
  });
});
