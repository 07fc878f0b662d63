import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commands, settings } from '../../src/extension/shared/contributions';
import { until } from '../helpers/setup';
import { activated } from './extension';

describe('activation', () => {
  it('takes at most 50 ms; the engine is started soon after', async () => {
    const { activationMs, services } = await activated();
    assert.ok(activationMs <= 50, `took ${activationMs} ms`);
    await until('the engine', () => services.engine.pid !== undefined);
  });

  it('registers every command of the table', async () => {
    await activated();
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.keys(commands).filter((id) => !registered.has(id)),
      [],
    );
  });

  it('finds every setting with the default of the table', () => {
    for (const [name, value] of Object.entries(settings)) {
      assert.deepEqual(vscode.workspace.getConfiguration().inspect(name)?.defaultValue, value, name);
    }
  });
});
