import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  CATEGORY,
  commands,
  contextKeys,
  logColours,
  LOG_TABLE_TYPE,
  MODEL_EDITOR_TYPE,
  PANEL_TYPE,
  settings,
  TEXT_LOG_TABLE_TYPE,
  VIEW_CONTAINER,
  views,
  WALKTHROUGH,
  type CommandEntry,
} from '../../../src/extension/shared/contributions';

interface MenuEntry {
  command: string;
  when?: string;
}
interface Contributes {
  commands: { command: string }[];
  menus: Record<string, MenuEntry[]>;
  keybindings: MenuEntry[];
  colors: { id: string; defaults: Record<string, string> }[];
  configuration: { properties: Record<string, { default: unknown; type: string }> };
  viewsContainers: { activitybar: { id: string; icon: string }[] };
  views: Record<string, { id: string; name: string; icon: string }[]>;
  viewsWelcome: { view: string; contents: string; when?: string }[];
  customEditors: { viewType: string; priority: string }[];
  walkthroughs: { id: string; steps: { description: string; media: { markdown: string } }[] }[];
}
interface Manifest {
  main: string;
  icon: string;
  activationEvents: string[];
  extensionKind: string[];
  contributes: Contributes;
  capabilities: {
    untrustedWorkspaces: { supported: boolean | 'limited'; restrictedConfigurations: string[] };
  };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const { contributes } = manifest;
const editors = [PANEL_TYPE, MODEL_EDITOR_TYPE, LOG_TABLE_TYPE, TEXT_LOG_TABLE_TYPE];
const table: [string, CommandEntry][] = Object.entries(commands);

describe('contributions in package.json', () => {
  it('are the commands of the table, in its order', () => {
    const expected = table.map(([command, { title, icon, enablement }]) => ({
      command,
      title,
      category: CATEGORY,
      ...(icon && { icon }),
      ...(enablement && { enablement }),
    }));
    assert.deepEqual(contributes.commands, expected);
  });

  it('let no workspace that is not trusted say where runs are written or how logs are read', () => {
    const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    // Limited, so that VS Code lists the extension with what it does not do there.
    assert.equal(supported, 'limited');
    assert.deepEqual(restrictedConfigurations, ['apd.log.pattern', 'apd.runsFolder']);
  });

  it('are in the palette when the table says so', () => {
    const conditions = table.flatMap(([command, { palette }]) =>
      palette === undefined ? [] : [{ command, when: String(palette) }],
    );
    assert.deepEqual(contributes.menus.commandPalette, conditions);
  });

  it('say of each command when it is offered, or why always', () => {
    const unreasoned = table.filter(
      ([, { enablement, palette, always }]) =>
        (always === undefined) === (enablement === undefined && palette === undefined) || always === '',
    );
    assert.deepEqual(
      unreasoned.map(([command]) => command),
      [],
    );
  });

  it('ask only for context keys that the code sets', () => {
    const code = readdirSync('src/extension', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(`src/extension/${name}`, 'utf8'))
      .join('\n');
    assert.deepEqual(
      contextKeys.filter((key) => !code.includes(`setContextKey('${key}'`)),
      [],
    );
  });

  it('name only commands of the table in menus, keys and texts', () => {
    const entries = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    const texts = JSON.stringify([contributes.viewsWelcome, contributes.walkthroughs]);
    const linked = [...texts.matchAll(/command:([\w.]+)/gi)].map((match) => match[1]);
    const named = [...entries.map(({ command }) => command), ...linked];
    const unknown = named.filter((id) => !(id in commands) && !id.startsWith('workbench.'));
    assert.deepEqual(unknown, []);
  });

  it('name only context keys, views and editors of the table in conditions', () => {
    const known = new Set<string>([...contextKeys, ...Object.keys(views), ...editors]);
    const conditions = [
      ...[
        ...Object.values(contributes.menus).flat(),
        ...contributes.keybindings,
        ...contributes.viewsWelcome,
      ].map(({ when }) => when ?? ''),
      ...table.map(([, { enablement }]) => enablement ?? ''),
    ];
    const named = conditions.flatMap((condition) => condition.match(/\bapd\.\w+/g) ?? []);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
    // A key that nothing asks for would be set in vain.
    const asked = new Set(named);
    assert.deepEqual(
      contextKeys.filter((key) => !asked.has(key)),
      [],
    );
  });

  it('are the settings of the table with its defaults', () => {
    const { properties } = contributes.configuration;
    const defaults = Object.entries(properties).map(([name, property]) => [name, property.default]);
    assert.deepEqual(Object.fromEntries(defaults), settings);
  });

  it('are the colours of the table, for all four kinds of theme', () => {
    assert.deepEqual(
      contributes.colors.map(({ id }) => id),
      Object.values(logColours),
    );
    for (const { defaults } of contributes.colors) {
      assert.deepEqual(Object.keys(defaults).sort(), ['dark', 'highContrast', 'highContrastLight', 'light']);
    }
  });

  it('are the views of the table, in its container, each with a welcome or content of its own', () => {
    assert.equal(contributes.viewsContainers.activitybar[0].id, VIEW_CONTAINER);
    const shown = contributes.views[VIEW_CONTAINER].map(({ id, name }) => [id, name]);
    assert.deepEqual(Object.fromEntries(shown), views);
    const welcomed = new Set(contributes.viewsWelcome.map(({ view }) => view));
    assert.deepEqual([...welcomed].sort(), Object.keys(views).sort());
  });

  it('are the editors, an own one only for binary logs, the panel restored, and the walkthrough', () => {
    assert.deepEqual(
      contributes.customEditors.map(({ viewType, priority }) => [viewType, priority]),
      [
        [MODEL_EDITOR_TYPE, 'option'],
        [LOG_TABLE_TYPE, 'default'],
        [TEXT_LOG_TABLE_TYPE, 'option'],
      ],
    );
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${PANEL_TYPE}`));
    assert.equal(contributes.walkthroughs[0].id, WALKTHROUGH);
    assert.match(contributes.walkthroughs[0].steps.at(-1)!.description, /command:apd\.openExample/);
  });

  it('point to files that are there', () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...contributes.views[VIEW_CONTAINER].map(({ icon }) => icon),
      ...contributes.walkthroughs[0].steps.map(({ media }) => media.markdown),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(file)),
      [],
    );
    // Built from src/extension/extension.ts; the units run before there is a build.
    assert.equal(manifest.main, './dist/extension.js');
  });
});
