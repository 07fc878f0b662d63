import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { commands, settings } from '../../src/extension/shared/contributions';
import { activated } from './extension';

describe('activation', () => {
  it('takes at most 50 ms; the engine is started soon after', async () => {
    const { activationMs, services } = await activated();
    assert.ok(activationMs <= 50, `took ${activationMs} ms`);
    const end = Date.now() + 10_000;
    while (services.engine.pid === undefined && Date.now() < end) await sleep(20);
    assert.notEqual(services.engine.pid, undefined);
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
