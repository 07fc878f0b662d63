import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArray } from '../../../src/data/arrays/readArray';
import { readReferenceApdf } from '../../fixtures';
import { apdOk, recordArguments } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

interface DiagramJson {
  instances: number;
  nodes: { id: string; level: number; occurrences: number; inDegree: number; outDegree: number }[];
  edges: { source: string; target: string; instances: number }[];
}

describe('apd export', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const run = () => path.join(folder(), 'iris');
  before(async () => {
    await apdOk(...(await recordArguments('iris', run())));
  });
  const exported = async (...args: string[]) => (await apdOk('export', run(), ...args)).stdout;

  it('APDF as JSON holds what the CSV holds', async () => {
    const rows = JSON.parse(await exported('--format', 'json')) as Record<string, unknown>[];
    const reference = readReferenceApdf('iris', 15);
    assert.equal(rows.length, 150);
    rows.forEach((row, i) => {
      assert.deepEqual(row, {
        instance: reference.instance[i],
        label: reference.label[i],
        output: reference.output[i],
        l0: reference.layers[0][i],
        l1: reference.layers[1][i],
      });
    });
  });

  it('prototypes join the APDF when a resolution is asked for', async () => {
    const [head, ...lines] = (await exported('--format', 'csv', '--resolution', '5')).trim().split('\n');
    assert.equal(head, 'instance,label,output,l0,l1,p0,p1');
    const prototypes = new Set(lines.map((line) => line.split(',')[5]));
    assert.deepEqual([...prototypes].sort(), ['0', '1', '2', '3', '4']);
    const byPattern = new Map<string, string>();
    for (const line of lines) {
      const [, , , l0, , p0] = line.split(',');
      assert.equal(byPattern.get(l0) ?? p0, p0, 'one pattern, one prototype');
      byPattern.set(l0, p0);
    }
  });

  it('names of classes compute nothing in a spreadsheet and are all in JSON', async () => {
    const renamed = path.join(folder(), 'renamed');
    cpSync(run(), renamed, { recursive: true });
    const file = path.join(renamed, 'apd-run.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    const classes = ['=HYPERLINK("http://x","y")', '__proto__', '-1'];
    writeFileSync(file, JSON.stringify({ ...manifest, classes }));
    const of = async (format: string) =>
      (await apdOk('export', renamed, '--what', 'nodes', '--format', format)).stdout;
    const csv = await of('csv');
    const outputs = csv.split('\n').filter((line) => line.startsWith('2,'));
    assert.equal(outputs[0].startsWith(`2,0,"'=HYPERLINK(""http://x"",""y"")",50,`), true, outputs[0]);
    assert.equal(outputs[2].startsWith('2,2,-1,'), true, outputs[2]);
    const nodes = JSON.parse(await of('json')) as { level: number; labels: object }[];
    const counted = new Map<string, number>();
    for (const { level, labels } of nodes) {
      if (level > 0) continue;
      for (const [name, count] of Object.entries(labels)) counted.set(name, (counted.get(name) ?? 0) + count);
    }
    assert.deepEqual(
      classes.map((name) => counted.get(name)),
      [50, 50, 50],
    );
  });

  it('the diagram conserves its instances in every format', async () => {
    const diagram = JSON.parse(await exported('--what', 'diagram', '--format', 'json')) as DiagramJson;
    for (const node of diagram.nodes) {
      const into = diagram.edges.filter((edge) => edge.target === node.id);
      const from = diagram.edges.filter((edge) => edge.source === node.id);
      const sum = (edges: typeof into) => edges.reduce((total, edge) => total + edge.instances, 0);
      if (node.level > 0) assert.equal(sum(into), node.occurrences, node.id);
      if (node.level < 2) assert.equal(sum(from), node.occurrences, node.id);
      assert.equal(into.length, node.inDegree);
      assert.equal(from.length, node.outDegree);
    }
    const csv = (await exported('--what', 'diagram', '--format', 'csv')).trim().split('\n').slice(1);
    assert.deepEqual(
      csv,
      diagram.edges.map((edge) => `${edge.source},${edge.target},${edge.instances}`),
    );
    const dot = await exported('--what', 'diagram', '--format', 'dot');
    assert.equal([...dot.matchAll(/ -> /g)].length, diagram.edges.length);
    const graphml = await exported('--what', 'diagram', '--format', 'graphml');
    assert.equal([...graphml.matchAll(/<node /g)].length, diagram.nodes.length);
    assert.equal([...graphml.matchAll(/<edge /g)].length, diagram.edges.length);
  });

  it('nodes and instances come with their measures', async () => {
    const nodes = (await exported('--what', 'nodes', '--format', 'csv')).trim().split('\n');
    assert.match(nodes[0], /^level,node,pattern,occurrences,in_degree,out_degree,reachable_outputs/);
    assert.equal(nodes.length - 1, 29 + 16 + 3);
    const instances = JSON.parse(await exported('--what', 'instances', '--format', 'json')) as Record<
      string,
      number
    >[];
    assert.equal(instances.length, 150);
    for (const instance of instances) {
      assert.ok(instance.cluster_size >= 1 && instance.support_l1 >= instance.cluster_size);
      assert.equal(instance.correct, instance.label === instance.output ? 1 : 0);
      assert.ok(instance.neighbour_disagreement >= 0 && instance.neighbour_disagreement <= 1);
    }
  });

  it('writes to a file as to stdout', async () => {
    const out = path.join(folder(), 'sub', 'clusters.csv');
    await apdOk('export', run(), '--what', 'clusters', '--format', 'csv', '--out', out);
    assert.equal(readFileSync(out, 'utf8'), await exported('--what', 'clusters', '--format', 'csv'));
  });

  it("the run's arrays are what NumPy packs", async () => {
    const file = path.join(run(), 'patterns', 'epoch-0015.npz');
    const packed = await readArray(`${file}:l0`);
    assert.deepEqual([packed.type, packed.shape], ['uint8', [150, 2]]);
    const { layers } = readReferenceApdf('iris', 15);
    layers[0].forEach((text, i) => {
      const bits = `${text}000000`.match(/.{8}/g)!.map((byte) => parseInt(byte, 2));
      assert.deepEqual([...packed.data.subarray(2 * i, 2 * i + 2)], bits);
    });
  });

  it('NumPy reads the run', function () {
    const script = `import sys, numpy as np
z = np.load(sys.argv[1])
bits = np.unpackbits(z['l0'], axis=1)[:, :10]
assert z['output'].dtype == np.int32 and len(z['instance']) == 150
print(''.join(map(str, bits[0])))`;
    const file = path.join(run(), 'patterns', 'epoch-0015.npz');
    const python = ['/usr/bin/python3', 'python3'].find(
      (name) => spawnSync(name, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0,
    );
    if (python === undefined) {
      console.log('      skipped: no Python with NumPy on this machine');
      this.skip();
    }
    const { stdout, status } = spawnSync(python, ['-c', script, file], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.equal(stdout.trim(), readReferenceApdf('iris', 15).layers[0][0]);
  });
});
