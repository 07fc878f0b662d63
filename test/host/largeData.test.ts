import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { Random } from '../../src/core/random';
import type { FlowScene } from '../../src/protocol/scene';
import { activated, closeAll, dataset, drawn, file, openModel, runFolder } from './extension';
import { until } from '../helpers/setup';

/** How often each of the 1,797 digits is taken, each time with other noise. */
const COPIES = 20;
const ROWS = COPIES * 1797;
const UNITS = 64;

/** Writes the digits with noise, so that nearly every instance has a pattern of its own. */
async function writeLarge(folder: string): Promise<void> {
  await mkdir(folder);
  for (let epoch = 0; epoch <= 8; epoch++) {
    await cp(file('digits', `epoch-00${epoch}.onnx`).fsPath, path.join(folder, `epoch-00${epoch}.onnx`));
  }
  const npy = await readFile(file('digits', 'x.npy').fsPath);
  const digits = new Float32Array(npy.buffer.slice(npy.byteOffset + 10 + npy.readUInt16LE(8)));
  assert.equal(digits.length, 1797 * UNITS);
  const random = new Random(3);
  const values = Float32Array.from(
    { length: ROWS * UNITS },
    (_, i) => digits[i % digits.length] + random.float(),
  );
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${ROWS}, ${UNITS}), }`;
  const header = `${text.padEnd(117)}\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}`, 'latin1');
  assert.equal(head.length, 128);
  await writeFile(path.join(folder, 'x.npy'), Buffer.concat([head, Buffer.from(values.buffer)]));
}

describe('a large dataset', () => {
  const folder = () => file('large').fsPath;
  const data = () => ({ data: [path.join(folder(), 'x.npy')] });

  before(() => writeLarge(folder()));
  after(closeAll);

  it('stops being recorded when that is cancelled, and what was recorded is shown (complaint 4)', async () => {
    const { services } = await activated();
    const opened = vscode.commands.executeCommand('apd.openModel', file('large'), undefined, {
      dataset: data(),
    });
    await until('the first snapshot', () => services.sessions.of(runFolder('large')).length > 0, 30_000);
    await vscode.commands.executeCommand('apd.cancel');
    await opened;
    const session = await drawn();
    const snapshots = session.run?.snapshots.length ?? 0;
    assert.ok(snapshots >= 1 && snapshots < 9, `${snapshots} of 9 snapshots were recorded`);
    assert.equal(session.scene?.instances, ROWS);
    await closeAll();
  });

  it('costs the panel no more than a small one (complaint 3)', async () => {
    const sizeOf = async () => {
      const session = await drawn();
      const scene = session.scene as FlowScene;
      assert.equal(scene.kind, 'flow');
      // Merged blocks come on top of the budget, at most three a class.
      for (const column of scene.columns.slice(0, -1)) {
        assert.ok(column.node.length <= session.state.budget + 3 * scene.classes.length);
      }
      return {
        instances: scene.instances,
        blocks: scene.columns.reduce((sum, { node }) => sum + node.length, 0),
        flows: scene.flows.reduce((sum, { source }) => sum + source.length, 0),
      };
    };
    await openModel(file('digits', 'epoch-008.onnx'), dataset('digits'));
    const small = await sizeOf();
    await openModel(vscode.Uri.joinPath(file('large'), 'epoch-008.onnx'), data());
    const large = await sizeOf();
    assert.equal(large.instances, COPIES * small.instances);
    assert.ok(large.blocks <= 1.5 * small.blocks, `${large.blocks} blocks, ${small.blocks} of the small one`);
    assert.ok(large.flows <= 4 * small.flows, `${large.flows} flows, ${small.flows} of the small one`);
  });
});
