import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { NativeChoice } from '../../../src/extension/trainings/nativeChoice';
import { temporaryFolder } from '../../helpers/setup';

describe('native code of a workspace', () => {
  const at = temporaryFolder('test');
  let asked: string[];
  let answer: boolean | undefined;
  let trusted: boolean;
  let folders: string[];
  let choice: NativeChoice;

  beforeEach(() => {
    const native = at('node_modules', '@tensorflow', 'tfjs-node');
    mkdirSync(native, { recursive: true });
    writeFileSync(path.join(native, 'package.json'), '{}');
    const kept = new Map<string, unknown>();
    [asked, answer, trusted, folders] = [[], true, true, [at()]];
    choice = new NativeChoice({
      memory: {
        get: <T>(key: string) => kept.get(key) as T | undefined,
        update: async (key, value) => void kept.set(key, value),
      },
      trusted: () => trusted,
      folders: () => folders,
      ask: async (of) => {
        asked.push(of);
        return answer;
      },
    });
  });

  it('is not used until the user says so, who is asked once', async () => {
    assert.deepEqual(choice.allowed(), []);
    await choice.settle();
    await choice.settle();
    assert.deepEqual(asked, [at()]);
    assert.deepEqual(choice.allowed(), [at()]);
  });

  it('is not used after a no, nor after a question that was dismissed, which is asked again', async () => {
    answer = undefined;
    await choice.settle();
    assert.deepEqual(choice.allowed(), []);
    answer = false;
    await choice.settle();
    await choice.settle();
    assert.equal(asked.length, 2);
    assert.deepEqual(choice.allowed(), []);
    answer = true;
    await choice.settle(true);
    assert.deepEqual(choice.allowed(), [at()]);
  });

  it('of a workspace that is not trusted is neither asked about nor used', async () => {
    await choice.settle();
    trusted = false;
    assert.deepEqual(choice.allowed(), []);
    await choice.settle(true);
    assert.equal(asked.length, 1);
  });

  it('in another folder is another question', async () => {
    await choice.settle();
    folders = [at('node_modules')];
    assert.deepEqual(choice.allowed(), []);
    await choice.settle();
    assert.equal(asked.length, 1, 'it brings none');
    assert.deepEqual(await choice.bringing(), []);
  });
});
